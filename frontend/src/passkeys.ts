/** Passkeys: forms marked `data-passkey="create|get"` ask the device and send what it answers in their field `credential`.
 *
 * The options come from the JSON script named by `data-source`, or, without one, from the form's own address.
 */

type Coded = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer | null | undefined): string | null {
  if (!buffer) return null;
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function listed(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list as Coded[] | undefined) ?? []).map(
    (one) => ({ ...one, id: bytes(one.id as string) }) as unknown as PublicKeyCredentialDescriptor,
  );
}

async function create(publicKey: Coded): Promise<Coded> {
  const user = publicKey.user as Coded;
  const made = (await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge as string),
      user: { ...user, id: bytes(user.id as string) },
      excludeCredentials: listed(publicKey.excludeCredentials),
      // kept on the device, and guarded by finger, face or PIN: it signs in without a password too
      authenticatorSelection: {
        ...(publicKey.authenticatorSelection as Coded),
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
    } as unknown as PublicKeyCredentialCreationOptions,
  })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAttestationResponse;
  return {
    ...described(made),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      attestationObject: text(answer.attestationObject),
      transports: answer.getTransports?.() ?? [],
    },
  };
}

async function get(publicKey: Coded): Promise<Coded> {
  const given = (await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge as string),
      allowCredentials: listed(publicKey.allowCredentials),
    } as unknown as PublicKeyCredentialRequestOptions,
  })) as PublicKeyCredential;
  const answer = given.response as AuthenticatorAssertionResponse;
  return {
    ...described(given),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: text(answer.userHandle),
    },
  };
}

function described(credential: PublicKeyCredential): Coded {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function options(form: HTMLFormElement): Promise<Coded> {
  const source = form.dataset.source;
  const data = source
    ? JSON.parse(document.getElementById(source)?.textContent ?? "{}")
    : await (await fetch(form.action, { headers: { Accept: "application/json" } })).json();
  return (data.creation_options ?? data.request_options).publicKey as Coded;
}

async function ask(form: HTMLFormElement): Promise<void> {
  const failed = form.querySelector<HTMLElement>("[data-passkey-failed]");
  if (failed) failed.hidden = true;
  try {
    const credential = await (form.dataset.passkey === "create" ? create : get)(await options(form));
    (form.elements.namedItem("credential") as HTMLInputElement).value = JSON.stringify(credential);
    form.submit();
  } catch {
    if (failed) failed.hidden = false;
  }
}

export function startPasskeys(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-passkey]")) return;
    event.preventDefault();
    void ask(form);
  });
}
