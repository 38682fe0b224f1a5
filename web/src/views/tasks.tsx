import type { JSX } from "preact";
import type { CreateTask } from "../../../src/api/index.ts";
import { attempt } from "../actions/actions.ts";
import { api } from "../api/api.ts";
import { Button } from "../components/button.tsx";
import { Progress } from "../components/progress.tsx";
import { only } from "../lists/selection.ts";
import { dropTask, tasks } from "../state/session.ts";
import { filter, hasRow } from "../state/torrents.ts";
import { selection } from "../state/ui.ts";
import { NO_FILTER } from "../lists/filter.ts";
import { texts } from "../texts/texts.ts";

const words = texts.status;

function sentence(task: CreateTask): string {
  switch (task.state) {
    case "hashing":
      return words.making(task.path);
    case "done":
      return words.made(task.path);
    case "cancelled":
      return words.makingCancelled(task.path);
    default:
      return words.makingFailed(task.path, task.error ?? "");
  }
}

async function end(task: CreateTask): Promise<void> {
  if (await attempt(texts.common.dismiss, () => api.cancelTask(task.id))) dropTask(task.id);
}

function show(id: string): void {
  filter.value = NO_FILTER;
  selection.value = only(id);
}

/** The list of tasks that make torrent files, with their progress and results. */
export function Tasks(): JSX.Element | null {
  if (tasks.value.length === 0) return null;
  return (
    <div class="tasks" role="status">
      {tasks.value.map((task) => {
        const { torrent } = task;
        return (
          <div key={task.id} class={`task ${task.state}`}>
            <span class="name">{sentence(task)}</span>
            {task.state === "hashing" && <Progress value={task.progress} label={sentence(task)} />}
            {torrent !== null && hasRow(torrent) && <Button label={words.show} onClick={() => show(torrent)} />}
            <Button
              label={task.state === "hashing" ? texts.common.cancel : texts.common.dismiss}
              onClick={() => void end(task)}
            />
          </div>
        );
      })}
    </div>
  );
}
