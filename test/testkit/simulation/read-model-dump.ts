import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AuditEntry } from "@countersign/check/i8-audit.ts";

/** Copies the databases of a folder as the operating system has them now: what a process leaves that is killed. */
export const copyFiles = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
};

/** Everything that a read model's tables say, as text; the search index as the words that it finds. */
const dumpDatabase = (path: string): string => {
  const database = new DatabaseSync(path);
  try {
    const lines: string[] = [];
    const tables = database
      .prepare("select name, sql from sqlite_master where type = 'table' order by name")
      .all()
      .map(({ name, sql }) => ({ name: String(name), sql: String(sql) }));
    const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL"));
    for (const { name } of tables) {
      // What a search index keeps in its own tables depends on how its segments were merged.
      if (virtual.some((each) => name === each.name || name.startsWith(`${each.name}_`))) continue;
      if (name.startsWith("sqlite_")) continue;
      // A count of nothing is the same as no count: whether its row was ever written depends on the batches.
      const nothing = name === "tally" ? " where n <> 0" : "";
      const where =
        name === "meta" ? " where key not in ('checkpoint', 'closed', 'boot')" : nothing;
      const rows = database.prepare(`select * from "${name}"${where}`).all();
      const texts = rows.map((row) => JSON.stringify(row)).toSorted();
      lines.push(...texts.map((text) => `${name} ${text}`));
    }
    for (const { name } of virtual) {
      database.exec(`create virtual table temp.words using fts5vocab(main, ${name}, instance)`);
      const words = database.prepare("select term, doc from temp.words order by term, doc").all();
      lines.push(...words.map((word) => `${name} ${JSON.stringify(word)}`));
      database.exec("drop table temp.words");
    }
    return lines.join("\n");
  } finally {
    database.close();
  }
};

/** The read models of a projector's folder, by file. Works on a copy: the projector may be running. */
export const dumpReadModels = (folder: string, scratch: string): ReadonlyMap<string, string> => {
  copyFiles(folder, scratch);
  const names = readdirSync(scratch).filter((name) => name.endsWith(".db"));
  return new Map(names.toSorted().map((name) => [name, dumpDatabase(join(scratch, name))]));
};

/** The first line in which two dumps differ, or null when they are the same. */
export const difference = (live: string, rebuilt: string): string | null => {
  if (live === rebuilt) return null;
  const [one, other] = [live.split("\n"), rebuilt.split("\n")];
  const place = one.findIndex((line, index) => line !== other[index]);
  const at = place < 0 ? one.length : place;
  return `line ${at}: live ${one[at] ?? "ends"} and rebuilt ${other[at] ?? "ends"}`;
};

/** The audit trail of a copied folder, as far as the invariants look at it. */
export const auditTrail = (folder: string): readonly AuditEntry[] => {
  const path = join(folder, "read-audit.db");
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare("select position, type, at, metadata from entry order by position")
      .all()
      .map((row) => {
        const { actor, channel } = JSON.parse(String(row["metadata"])) as Pick<
          AuditEntry,
          "actor" | "channel"
        >;
        const position = String(row["position"]);
        return { position, event: String(row["type"]), at: String(row["at"]), actor, channel };
      });
  } finally {
    database.close();
  }
};
