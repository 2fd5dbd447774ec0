import { temporarySqliteStore } from "../../testkit/event-store/temporary-sqlite-store.ts";
import { eventStoreContract } from "../event-store/suite.ts";

eventStoreContract("SQLite", temporarySqliteStore);
