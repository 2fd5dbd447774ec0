import { Command } from "commander";
import { collect } from "../arguments.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { table } from "../show/table.ts";
import { visible } from "../show/visible.ts";
import type { Terminal } from "../terminal.ts";

interface Delegation {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly status: string;
}

interface CreateOptions extends RemoteOptions {
  readonly to: string;
  readonly from?: string;
  readonly starts?: string;
  readonly ends: string;
  readonly policy?: readonly string[];
  readonly role?: readonly string[];
  readonly exclusive?: boolean;
  readonly redelegate?: boolean;
  readonly reason?: string;
}

const delegationTable = (delegations: readonly Delegation[]): string =>
  delegations.length === 0
    ? "No delegations."
    : table(
        ["ID", "STATUS", "FROM", "TO", "STARTS", "ENDS"],
        delegations.map(({ id, status, from, to, starts_at: starts, ends_at: ends }) =>
          [id, status, from, to, starts, ends].map(visible),
        ),
      );

const listDelegations = (terminal: Terminal): Command =>
  remoteCommand("list", "list your delegations, and those to you").action(
    async (options: RemoteOptions) => {
      const { server } = await connect(terminal, options);
      const answer = await server.get<{ readonly items: readonly Delegation[] }>("/delegations");
      show(terminal, options, answer, ({ items }) => delegationTable(items));
    },
  );

const createDelegation = (terminal: Terminal): Command =>
  remoteCommand("create", "let somebody act on your slots for a time")
    .requiredOption("--to <person>")
    .requiredOption("--ends <time>", "ISO 8601; not inside the window")
    .option("--starts <time>", "ISO 8601; default now")
    .option("--from <person>", "whose slots; default yours, another's only for admins")
    .option("--policy <id>", "only under this policy; repeatable", collect)
    .option("--role <id>", "only for slots of this role; repeatable", collect)
    .option("--exclusive", "only the delegate may act")
    .option("--redelegate", "the delegate's own delegates may act too")
    .option("--reason <text>")
    .action(async (options: CreateOptions) => {
      const { to, from, starts, ends, policy, role, exclusive, redelegate, reason } = options;
      const { server } = await connect(terminal, options);
      const delegation = await server.post<Delegation>(
        "/delegations",
        {
          to,
          from,
          starts_at: starts,
          ends_at: ends,
          policies: policy,
          roles: role,
          exclusive,
          redelegate,
          reason,
        },
        { idempotencyKey: crypto.randomUUID() },
      );
      show(terminal, options, delegation, (made) => delegationTable([made]));
    });

const revokeDelegation = (terminal: Terminal): Command =>
  remoteCommand("revoke", "end a delegation at once")
    .argument("<id>", "dlg_…")
    .action(async (id: string, options: RemoteOptions) => {
      const { server } = await connect(terminal, options);
      const path = `/delegations/${encodeURIComponent(id)}`;
      const delegation = await server.delete<Delegation>(path);
      show(terminal, options, delegation, (ended) => delegationTable([ended]));
    });

/** `delegate list | create | revoke`: who acts for whom. */
export const delegateCommand = (terminal: Terminal): Command =>
  new Command("delegate")
    .description("who acts for whom")
    .addCommand(listDelegations(terminal), { isDefault: true })
    .addCommand(createDelegation(terminal))
    .addCommand(revokeDelegation(terminal));
