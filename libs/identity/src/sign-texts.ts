import { createPrivateKey, sign, type JsonWebKey } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";

/** What `SigningThread` runs: answers each list of texts with their Ed25519 signatures (base64url), in order. */
const key = createPrivateKey({ key: workerData as JsonWebKey, format: "jwk" });

parentPort?.on("message", (texts: readonly string[]) => {
  parentPort?.postMessage(
    texts.map((text) => sign(null, Buffer.from(text), key).toString("base64url")),
  );
});
