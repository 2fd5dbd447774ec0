import {
  readSettings,
  type Configured,
  type Environment,
  type Settings,
} from "@countersign/runtime/config.ts";
import {
  readBackgroundConfig,
  readStuckAfter,
  type BackgroundConfig,
} from "@countersign/runtime/settings-of-services.ts";
import { readOutside, type OutsideConfig } from "./outside/settings.ts";
import { readFirstAdmin, type FirstAdmin } from "./bootstrap-admin.ts";

/** What a commander in a process of its own needs to know. */
export interface CommanderConfig extends BackgroundConfig {
  readonly firstAdmin: FirstAdmin | null;
  /** File of the key that signs grants; null: `grant-key.json` in the data folder, made when it is missing. */
  readonly grantKeyFile: string | null;
  readonly stuckAfterMs: number;
  /** Workflow guards and the risk advisor. */
  readonly outside: OutsideConfig;
}

/** Without `COUNTERSIGN_HTTP`: beside the gateway's 4400. */
const PORT = 4401;

/** `COUNTERSIGN_BOOTSTRAP_ADMIN`; null when there is none. */
export const readBootstrapAdmin = (settings: Settings): FirstAdmin | null => {
  const variable = "COUNTERSIGN_BOOTSTRAP_ADMIN";
  const text = settings.text(variable);
  if (text === null) return null;
  const admin = readFirstAdmin(text);
  if (admin === undefined)
    settings.problem(variable, `${variable} must be org:person, such as acme:alice.`);
  return admin ?? null;
};

/** Checks all settings together: either a config, or every problem. */
export const readConfig = (environment: Environment): Configured<CommanderConfig> =>
  readSettings(environment, (settings) => ({
    ...readBackgroundConfig(settings, PORT),
    firstAdmin: readBootstrapAdmin(settings),
    grantKeyFile: settings.text("COUNTERSIGN_GRANT_KEY"),
    stuckAfterMs: readStuckAfter(settings),
    outside: readOutside(settings),
  }));
