/** Runs the command line. Modules are imported only when they are needed. */
import { VERSION } from "../base/index.ts";
import { startEarly } from "./early-hasher.ts";
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from "./exit-code.ts";

/** Runs the command line `args` (without `node` and the script) and ends the process with its exit status. */
export async function run(args: readonly string[]): Promise<void> {
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  startEarly(args);
  const { current, reportFailure } = await import("./command.ts");
  const { Output } = await import("./output/output.ts");
  const isJson = args.includes("--json");
  const isVerbose = args.includes("--verbose") || args.includes("-v");
  const die = (error: unknown): never => {
    reportFailure(new Output(isJson), true, error, isVerbose);
    process.exit(EXIT_FAILED);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
  // The reader of the output has closed the pipe (`millrace info x | head -1`): stop without an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") die(error);
    if (current.interrupt === undefined) process.exit(EXIT_DONE);
    current.interrupt.stopUnread();
  });
  process.stderr.on("error", () => undefined);
  const code = await runProgram(args, isJson);
  await flushed(process.stdout);
  process.exit(code);
}

async function runProgram(args: readonly string[], isJson: boolean): Promise<number> {
  const { CommanderError } = await import("commander");
  const { CommandLineError } = await import("./output/problem.ts");
  const { buildProgram, selectCommand, withoutUnknownAction, withoutUnknownHelp } = await import("./program.ts");
  const entry = selectCommand(args);
  const program = await buildProgram(entry);
  if (args.length === 0) {
    process.stderr.write(program.helpInformation());
    return EXIT_USAGE;
  }
  try {
    await program.parseAsync([...withoutUnknownAction(program, withoutUnknownHelp(args))], { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : EXIT_DONE;
  } catch (error) {
    if (error instanceof CommandLineError) {
      const { Output } = await import("./output/output.ts");
      const { reportFailure } = await import("./command.ts");
      return reportFailure(new Output(isJson), entry?.events === true, error, false);
    }
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT_DONE;
    const { printProblem } = await import("./command.ts");
    const { Output } = await import("./output/output.ts");
    const { clean } = await import("../terminal/index.ts");
    const lines = error.message
      .replace(/^error: /, "")
      .replace(/\.$/, "")
      .split("\n");
    const help = `see \`millrace ${entry === undefined ? "" : `${entry.name} `}--help\``;
    printProblem(new Output(isJson), entry?.events === true, {
      code: "cli.usage",
      message: `${clean(lines.join(" "))}; ${help}`,
    });
    return EXIT_USAGE;
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}
