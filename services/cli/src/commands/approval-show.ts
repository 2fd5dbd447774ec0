import type { Request } from "@countersign/client/request.ts";
import type { Command } from "commander";
import { connect, remoteCommand, show, type RemoteOptions } from "../remote.ts";
import { requestText } from "../show/request-text.ts";
import type { Terminal } from "../terminal.ts";

/** `approval show ID`: one request, whole. */
export const showCommand = (terminal: Terminal): Command =>
  remoteCommand("show", "show one request: action, people, levels, questions")
    .argument("<id>", "apr_…")
    .action(async (id: string, options: RemoteOptions) => {
      const { server } = await connect(terminal, options);
      const request = await server.get<Request>(`/approvals/${encodeURIComponent(id)}`);
      show(terminal, options, request, requestText);
    });
