// The course of an `up`: its phases and steps with their durations, as one line that a
// notification shows, and whole in the log.

import * as vscode from 'vscode';
import type { Progressed } from './protocol';
import { Steps } from './steps';

const courses = new Set<{ workspace: string; course: Course }>();

/** Passes what the daemon says to whoever follows. */
export function progressed({ workspace, progress }: Progressed): void {
  for (const follower of courses) {
    if (follower.workspace === workspace) {
      follower.course.show(progress);
    }
  }
}

export class Course {
  private readonly log: vscode.LogOutputChannel;
  private readonly report: (message: string) => void;
  private readonly steps = new Steps();
  private isCancelling = false;

  constructor(log: vscode.LogOutputChannel, report: (message: string) => void) {
    this.log = log;
    this.report = report;
  }

  /** Shows what happens to a workspace or an archive until it is disposed of. */
  follow(workspace: string): vscode.Disposable {
    const follower = { workspace, course: this };
    courses.add(follower);
    const timer = setInterval(() => this.say(), 1000);
    return new vscode.Disposable(() => {
      clearInterval(timer);
      courses.delete(follower);
    });
  }

  show(progress: Progressed['progress']): void {
    const line = this.steps.take(progress, Date.now());
    if (line !== undefined) {
      this.log.info(line);
    }
    this.say();
  }

  cancelling(): void {
    this.isCancelling = true;
    this.say();
  }

  private say(): void {
    this.report(this.isCancelling ? 'cancelling…' : this.steps.line(Date.now()));
  }
}
