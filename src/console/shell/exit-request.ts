/** Thrown by `exit(status)` to end the session; it is not a failure. */
export class ExitRequest extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit(${status})`);
    this.status = status;
  }
}
