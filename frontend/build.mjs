// Builds the static bundle into src/qualityloop/static/dist/. `--watch` keeps building.
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../src/qualityloop/static/dist");
const stamp = join(dist, ".built");

/** A script and a style sheet of one name cannot be entries of one build, so each entry is a build of its own. */
function entry(name, file) {
  return {
    absWorkingDir: here,
    entryPoints: { [name]: file },
    outdir: dist,
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: ["es2022", "chrome110", "firefox115", "safari16"],
    legalComments: "none",
    logLevel: "warning",
  };
}

const entries = ["app", "report"].flatMap((name) => [
  entry(name, `src/${name}.ts`),
  entry(name, `src/styles/${name}.css`),
]);

await mkdir(dist, { recursive: true });
await rm(stamp, { force: true });
await Promise.all(entries.map((options) => esbuild.build(options)));
await copyFile(join(here, "src/icons.svg"), join(dist, "icons.svg"));
await writeFile(stamp, ""); // last: who finds the stamp finds a whole bundle
if (process.argv.includes("--watch")) {
  for (const options of entries) await (await esbuild.context(options)).watch();
}
