import type { MediaType } from "./parse-file.ts";

const byExtension: ReadonlyMap<string, MediaType> = new Map<string, MediaType>([
  ["yaml", "yaml"],
  ["yml", "yaml"],
  ["json", "json"],
  ["toml", "toml"],
]);

/** A table's head, or `key = value`: no YAML file of ours begins with either. */
const beginsLikeToml =
  /^(?:\s*(?:#[^\n]*)?\n)*[ \t]*(?:\[[\w."' -]+\][ \t]*(?:#|\r?$)|[\w"'-]+[ \t]*=)/m;

/** The language of a file: by the ending of its name, otherwise by how it begins. YAML when nothing else is seen. */
export const languageOf = (text: string, file: string): MediaType => {
  const named = byExtension.get(/\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? "");
  if (named !== undefined) return named;
  const begin = text.slice(0, 4_096);
  if (/^\uFEFF?\s*\{/.test(begin)) return "json";
  return beginsLikeToml.exec(begin)?.index === 0 ? "toml" : "yaml";
};
