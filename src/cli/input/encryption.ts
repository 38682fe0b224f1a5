import type { Option } from "commander";
import type { EncryptionPolicy } from "../../transport/index.ts";
import { choiceOption } from "./arguments.ts";

const POLICIES: readonly EncryptionPolicy[] = ["disabled", "allowed", "preferred", "required"];

/** Returns the option `--encryption` of the commands that connect to peers. */
export function encryptionOption(): Option {
  return choiceOption(
    "--encryption <policy>",
    "how connections to peers are encrypted: disabled; allowed, where the peer requires it; preferred, where the peer allows it (default); or required, for all data",
    POLICIES,
  );
}
