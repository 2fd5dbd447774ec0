import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Mutant } from "./mutants.ts";

const root = join(import.meta.dirname, "../../..");

/**
 * Plants a mutant into everything that this process loads from now on. Throws when a text to change does not stand
 * exactly once in its file: then the mutant must follow the code.
 */
export const plant = ({ name, changes }: Mutant): void => {
  const byUrl = Map.groupBy(changes, ({ file }) => pathToFileURL(join(root, file)).href);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const here = byUrl.get(url);
      if (here === undefined || loaded.source === undefined || loaded.source === null)
        return loaded;
      const { source } = loaded;
      let text = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString();
      for (const { file, from, to } of here) {
        const parts = text.split(from);
        if (parts.length !== 2)
          throw new Error(
            `"${name}": ${JSON.stringify(from)} stands ${parts.length - 1} times in ${file}`,
          );
        text = parts.join(to);
      }
      return { ...loaded, source: text };
    },
  });
};
