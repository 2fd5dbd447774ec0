import type { ListedRequest } from "@countersign/client/request.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { connect, show, type RemoteOptions } from "../remote.ts";
import { requestTable } from "../show/request-text.ts";
import { visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";

interface ApproveAllOptions extends RemoteOptions {
  readonly notes?: string;
  readonly yes?: boolean;
}

interface BulkAnswer {
  readonly results: readonly {
    readonly approval_id: string;
    readonly status: string;
    readonly error?: { readonly code: string; readonly message: string };
  }[];
  readonly summary: {
    readonly approved: number;
    readonly pending: number;
    readonly errors: number;
  };
}

const bulkText = ({ results, summary }: BulkAnswer): string =>
  [
    ...results.map(({ approval_id: id, status, error }) =>
      visible(error === undefined ? `${id}: ${status}` : `${id}: ${error.message} (${error.code})`),
    ),
    `${summary.approved} approved, ${summary.pending} still pending, ${summary.errors} not counted.`,
  ].join("\n");

const isSure = async (terminal: Terminal, count: number): Promise<boolean> => {
  const answer = await terminal.ask(`Approve these ${count}? [y/N] `);
  return /^y(?:es)?$/i.test(answer.trim());
};

/** Approves the list that it shows, each with its hash and level, and nothing that came after. */
export const approveAll = async (terminal: Terminal, options: ApproveAllOptions): Promise<void> => {
  if (options.yes !== true && (options.json === true || !terminal.isInteractive))
    throw new UsageError("`approve all` asks first; where nobody can be asked, say --yes.");
  const { server } = await connect(terminal, options);
  const { items } = await server.get<{ readonly items: readonly ListedRequest[] }>(
    "/approvals?status=pending&mine=now&sort=urgency&limit=100",
  );
  if (options.json !== true) terminal.print(requestTable(items, terminal.now()));
  if (items.length === 0) {
    if (options.json === true)
      show(
        terminal,
        options,
        { results: [], summary: { approved: 0, pending: 0, errors: 0 } },
        () => "",
      );
    return;
  }
  if (options.yes !== true && !(await isSure(terminal, items.length))) {
    terminal.print("Nothing was approved.");
    return;
  }
  const levels = items.flatMap(({ id, levels: chain }) => {
    const open = chain.find(({ status }) => status === "open");
    return open === undefined ? [] : [[id, open.number] as const];
  });
  const answer = await server.post<BulkAnswer>(
    "/approvals/bulk-approve",
    {
      approval_ids: items.map(({ id }) => id),
      payload_hashes: Object.fromEntries(items.map(({ id, payload_hash: hash }) => [id, hash])),
      levels: Object.fromEntries(levels),
      ...(options.notes === undefined ? {} : { notes: options.notes }),
    },
    { idempotencyKey: crypto.randomUUID() },
  );
  show(terminal, options, answer, bulkText);
  if (answer.summary.errors > 0) terminal.exitCode = exitCodes.error;
};
