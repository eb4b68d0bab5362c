/**
 * The board of tasks (`data-board`): cards go from column to column by dragging, or by Alt with an arrow key. Each move is
 * sent at once; one that is refused goes back.
 */
import Sortable from "sortablejs";

interface Place {
  column: HTMLElement;
  before: Element | null;
}

function placeOf(card: HTMLElement): Place {
  return { column: card.parentElement as HTMLElement, before: card.nextElementSibling };
}

function say(board: HTMLElement, text: string): void {
  const said = board.querySelector("[data-board-said]");
  if (said) said.textContent = text;
}

/** The number in a column's heading changes by what came or went; it may count more cards than are shown. */
function count(column: HTMLElement, by: number): void {
  const number = column.parentElement?.querySelector("[data-board-count]");
  if (number) number.textContent = String(Number(number.textContent) + by);
}

async function send(board: HTMLElement, card: HTMLElement, from: Place): Promise<void> {
  const column = card.parentElement as HTMLElement;
  const body = new FormData();
  const token = board.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  body.set("csrfmiddlewaretoken", token);
  body.set("state", column.dataset.boardColumn ?? "");
  body.set("place", String([...column.children].indexOf(card)));
  const moved = column !== from.column;
  if (moved) {
    count(from.column, -1);
    count(column, 1);
  }
  const name = card.querySelector("a")?.textContent ?? "";
  say(board, `${name}: ${column.dataset.label ?? ""} ${[...column.children].indexOf(card) + 1} / ${column.children.length}`);
  try {
    const answer = await fetch(card.dataset.boardCard ?? "", { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.ok) return;
  } catch {
    // nobody answers: as refused
  }
  if (moved) {
    count(from.column, 1);
    count(column, -1);
  }
  from.column.insertBefore(card, from.before);
  say(board, board.dataset.failed ?? "");
}

function step(board: HTMLElement, card: HTMLElement, key: string): void {
  const from = placeOf(card);
  const columns = [...board.querySelectorAll<HTMLElement>("[data-board-column]")];
  const at = columns.indexOf(from.column);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const column = columns[at + (key === "ArrowLeft" ? -1 : 1)];
    if (!column) return;
    column.prepend(card);
  } else {
    const other = key === "ArrowUp" ? card.previousElementSibling : card.nextElementSibling;
    if (!other) return;
    if (key === "ArrowUp") other.before(card);
    else other.after(card);
  }
  card.focus();
  card.scrollIntoView({ block: "nearest" });
  void send(board, card, from);
}

export function startBoards(): void {
  for (const board of document.querySelectorAll<HTMLElement>("[data-board]")) {
    let from: Place | undefined;
    for (const card of board.querySelectorAll<HTMLElement>("[data-board-card]")) card.tabIndex = 0;
    for (const column of board.querySelectorAll<HTMLElement>("[data-board-column]")) {
      Sortable.create(column, {
        group: "board",
        draggable: "[data-board-card]",
        animation: 120,
        delay: 150,
        delayOnTouchOnly: true,
        onStart: (event) => (from = placeOf(event.item)),
        onEnd: (event) => {
          const column = event.item.parentElement;
          const same = event.from === event.to && event.oldIndex === event.newIndex;
          if (from && column && !same) void send(board, event.item, from);
        },
      });
    }
    board.addEventListener("keydown", (event) => {
      const card = (event.target as Element).closest<HTMLElement>("[data-board-card]");
      if (!card || !event.altKey || !event.key.startsWith("Arrow")) return;
      event.preventDefault();
      step(board, card, event.key);
    });
  }
}
