/**
 * The protocol server in a process of its own, for tests that kill and start services around it. Prints the connection
 * string on stdout and runs until it is killed.
 */
import { startProtocolServer } from "../esdb-protocol-server/protocol-server.ts";

const server = await startProtocolServer();
console.log(server.connectionString);
