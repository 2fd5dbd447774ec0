import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { thisBuild, type Build } from "../model/build.ts";
import type { Mutant } from "./mutant.ts";

const root = pathToFileURL(`${join(import.meta.dirname, "../../../libs/domain/src")}/`).href;

/** Mutants by the mark that stands behind the address of each file of their build. */
const planted = new Map<string, Mutant>();

const changed = (source: string, { name, from, to }: Mutant): string => {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(`"${name}": its text stands ${parts.length - 1} times in its file, not once`);
  }
  return parts.join(to);
};

const markOf = (url: string | undefined): string =>
  url?.startsWith(root) === true ? (url.split("?")[1] ?? "") : "";

// Node gives every file a copy of its own for each mark, so that many builds live in one process.
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const mark = markOf(context.parentURL);
    const found = nextResolve(specifier, context);
    return mark === "" || !found.url.startsWith(root)
      ? found
      : { ...found, url: `${found.url}?${mark}` };
  },
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const mutant = planted.get(markOf(url));
    if (mutant === undefined || url.split("?")[0] !== `${root}${mutant.file}`) return loaded;
    const text = Buffer.from(loaded.source as Uint8Array).toString();
    return { ...loaded, source: changed(text, mutant) };
  },
});

/** The domain with this fault in it. Only for plain Node, which strips the types itself. Throws when it does not load. */
export const buildWith = async (mutant: Mutant): Promise<Build> => {
  const mark = `mutant-${planted.size + 1}`;
  planted.set(mark, mutant);
  const files = [
    "decide",
    "evolve",
    "codec",
    "view/view",
    "view/queue-standing",
    "asking/resubmit",
  ];
  const loaded: object[] = [];
  for (const file of files)
    loaded.push((await import(`${root}request/${file}.ts?${mark}`)) as object);
  return Object.assign({}, thisBuild, ...loaded) as Build;
};
