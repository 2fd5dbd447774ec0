import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "@countersign/domain/json.ts";

/** A question that a service outside was asked. */
export interface Question {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: JsonObject;
}

/** What a service answers; null is silence, a number a status alone. */
export type Reply = JsonObject | number | null;

/** A service of somebody else, on this machine. */
export interface OutsideService extends AsyncDisposable {
  readonly url: string;
  readonly questions: readonly Question[];
}

/** Starts a service that answers as it is told. */
export const startOutside = async (
  answer: (question: Question) => Reply | Promise<Reply>,
): Promise<OutsideService> => {
  const questions: Question[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => (text += part));
    const asked = async (): Promise<void> => {
      const question = { headers: request.headers, text, body: JSON.parse(text) as JsonObject };
      questions.push(question);
      const reply = await answer(question);
      if (reply === null) return;
      if (typeof reply === "number") {
        response.writeHead(reply, { location: "/elsewhere" }).end();
        return;
      }
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
    };
    request.on("end", () => void asked());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    questions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

export const guardSecret = `whsec_${Buffer.from("a secret of thirty-two bytes....").toString("base64")}`;

/** The signature that a question must carry. */
export const signatureOf = ({ headers, text }: Question): string => {
  const key = Buffer.from(guardSecret.slice("whsec_".length), "base64");
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${text}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
};
