import type { ListedRequest } from "@countersign/client/request.ts";
import { Option, type Command } from "commander";
import { collect, wholeNumber } from "../arguments.ts";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { requestTable } from "../show/request-text.ts";
import type { Terminal } from "../terminal.ts";

interface ListOptions extends RemoteOptions {
  readonly status: readonly string[];
  readonly mine?: string;
  readonly agent?: string;
  readonly action?: string;
  readonly approver?: string;
  readonly search?: string;
  readonly sort?: string;
  readonly limit: number;
  readonly all?: boolean;
}

interface Page {
  readonly items: readonly ListedRequest[];
  readonly page: { readonly next: string | null; readonly total_estimate: number };
}

const MAX_PAGE = 100;

const queryOf = (options: ListOptions, limit: number): URLSearchParams => {
  const { mine, agent, action, approver, search, sort, status, all } = options;
  const query = new URLSearchParams({ limit: String(Math.min(limit, MAX_PAGE)) });
  const given = { mine, agent, action, approver, q: search, sort };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) query.set(name, value);
  if (status.length > 0) query.set("status", status.join(","));
  else if (all !== true) query.set("status", "pending");
  return query;
};

/** `approval list`: requests, the pending ones when nothing else is said. */
export const listCommand = (terminal: Terminal): Command =>
  remoteCommand("list", "list approval requests; the pending ones unless told otherwise")
    .option(
      "--status <status>",
      "pending, approved, denied, expired or cancelled; repeatable",
      collect,
      [],
    )
    .option("--all", "whatever their status")
    .addOption(
      new Option("--mine <which>", "those that wait for you, or that you made").choices([
        "now",
        "later",
        "delegate",
        "requested",
      ]),
    )
    .option("--agent <id>")
    .option("--action <type>")
    .option("--approver <id>")
    .option("--search <words>", "in title, description, action and ids")
    .addOption(new Option("--sort <order>").choices(["urgency", "newest", "oldest"]))
    .option("--limit <n>", "at most so many", wholeNumber, 50)
    .action(async (options: ListOptions) => {
      const { server } = await connect(terminal, options);
      const items: ListedRequest[] = [];
      let next: string | null = "";
      while (next !== null && items.length < options.limit) {
        const query = queryOf(options, options.limit - items.length);
        if (next !== "") query.set("after", next);
        const page: Page = await server.get(`/approvals?${query}`);
        items.push(...page.items);
        next = page.page.next;
      }
      show(terminal, options, { items }, () => requestTable(items, terminal.now()));
    });
