import { DatabaseSync } from "node:sqlite";

/** Every table of a read model with all its rows in the order of all columns; what a rebuild must give again. */
export const dump = (path: string): Record<string, readonly string[]> => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database
      .prepare(
        "select name from sqlite_schema where type = 'table' and name <> 'meta' and name not like 'search\\_%' escape '\\' order by name",
      )
      .all()
      .map(({ name }) => String(name));
    return Object.fromEntries(
      tables.map((table) => {
        const sql =
          // A contentless index gives no text back: its rows and what is found by a word stand for it.
          table === "search"
            ? "select rowid, 'deploy' as word from search where search match 'deploy'"
            : `select * from "${table}"`;
        return [
          table,
          database
            .prepare(sql)
            .all()
            .map((row) => JSON.stringify(row))
            .toSorted(),
        ];
      }),
    );
  } finally {
    database.close();
  }
};
