import type { Command } from "commander";
import { isDown, type Route } from "../../runtime/index.ts";
import { parseBind } from "../../runtime/node/index.ts";
import type { Output } from "../output/output.ts";
import { clean } from "../../terminal/index.ts";
import { parseArgument } from "../output/problem.ts";

/** The environment variable for {@link BindFlags}. */
const VARIABLE = "MILLRACE_BIND";

/** The flag that names the interface for all traffic. */
export interface BindFlags {
  /** The name of a network interface, or an address of one. */
  readonly bind?: string;
}

/** Adds the option of {@link BindFlags}. */
export function addBindOption(command: Command): Command {
  return command.option(
    "--bind <interface>",
    "use only this network interface, given by name (tun0) or IP address: while it is down, nothing is sent or accepted (default: MILLRACE_BIND, or all interfaces)",
    (text: string) => parseArgument("--bind", () => parseBind(text)),
  );
}

/** Returns the interface or address that the flag or the environment names. Throws CommandLineError. */
export function bindOf({ bind }: BindFlags): string | undefined {
  const text = bind ?? process.env[VARIABLE] ?? "";
  return text === "" ? undefined : parseArgument(bind === undefined ? VARIABLE : "--bind", () => parseBind(text));
}

/** Prints when the interface that all traffic uses goes down, is down at first, and is up again. */
export function tellInterface(route: Route, output: Output): void {
  const { binding } = route;
  if (binding === undefined) return;
  const tell = (): void => {
    output.note(
      isDown(route)
        ? `${clean(binding.bind)} is down: nothing is sent until it is up`
        : `${clean(binding.bind)} is up: ${route.binding?.ips.join(", ") ?? ""}`,
    );
  };
  if (isDown(route)) tell();
  route.onChange(tell);
}
