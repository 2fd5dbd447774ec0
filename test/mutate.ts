import { globSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";

/**
 * `npm run mutate`: changes the domain in every way that Stryker knows, a folder at a time, and counts what its tests
 * notice; `npm run mutate gate request/timers` does so for these folders. Ends with exit code 1 when a folder is below
 * the least share. (All folders at once would keep, for each of some thousand tests, which of 14,000 mutants it reaches.)
 */

const LEAST = 0.9;
const domain = join(import.meta.dirname, "../libs/domain/src");

const counted = ["Killed", "Timeout", "Survived", "NoCoverage"] as const;
type Counted = (typeof counted)[number];
type Row = Record<Counted, number> & { readonly folder: string };

const noticed = (row: Row): number => row.Killed + row.Timeout;
const all = (row: Row): number => counted.reduce((sum, status) => sum + row[status], 0);
const shareOf = (row: Row): number => (all(row) === 0 ? 1 : noticed(row) / all(row));

const foldersOf = (asked: readonly string[]): readonly string[] => {
  const every = [...new Set(globSync(join(domain, "**/*.ts")).map((file) => dirname(file)))]
    .map((folder) => relative(domain, folder) || ".")
    .toSorted();
  for (const folder of asked)
    if (!every.includes(folder))
      throw new Error(`There is no folder ${folder} in libs/domain/src: ${every.join(", ")}.`);
  return asked.length === 0 ? every : asked;
};

const mutate = async (folder: string): Promise<Row> => {
  const row: Row = { folder, Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 };
  const files = relative(process.cwd(), join(domain, folder, "*.ts"));
  const report = `coverage/mutation/${folder === "." ? "domain" : folder.replaceAll("/", "-")}.html`;
  const run = new Stryker({ mutate: [files], htmlReporter: { fileName: report } });
  for (const { status } of await run.runMutationTest()) {
    const known = counted.find((each) => each === status);
    if (known !== undefined) row[known] += 1;
  }
  return row;
};

const rows: Row[] = [];
for (const folder of foldersOf(process.argv.slice(2))) rows.push(await mutate(folder));
const total = rows.reduce<Row>(
  (sum, row) => {
    for (const status of counted) sum[status] += row[status];
    return sum;
  },
  { folder: "all", Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 },
);
console.table(
  [...rows, total].map((row) => ({
    folder: row.folder,
    "% noticed": Number((100 * shareOf(row)).toFixed(1)),
    killed: row.Killed,
    timeout: row.Timeout,
    survived: row.Survived,
    "no test": row.NoCoverage,
  })),
);
process.exitCode = rows.every((row) => shareOf(row) >= LEAST) ? 0 : 1;
