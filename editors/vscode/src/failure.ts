// A failure as a sentence and buttons. Pure.

import { type Action, FAILURE_CODE, type Failure, type Problem } from './protocol';

/** A button next to a failure. */
export interface Button {
  readonly title: string;
  readonly action: Action | 'openProblem';
}

/** The failure in an error of the connection, if it is one of the server's. */
export function failureIn(error: unknown): Failure | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('data' in error)) {
    return undefined;
  }
  const { code, data } = error;
  return code === FAILURE_CODE && typeof data === 'object' && data !== null
    ? (data as Failure)
    : undefined;
}

/** The failure that the program printed with `--json`, as an error of the connection. */
export function printed(output: unknown): { code: number; data: Failure } | undefined {
  try {
    const { error } = JSON.parse(String(output));
    return typeof error?.message === 'string' ? { code: FAILURE_CODE, data: error } : undefined;
  } catch {
    return undefined;
  }
}

/** What happened and the first steps, as a notification says it; buttons say the others. */
export function sentence(failure: Failure): string {
  const steps = failure.remedy.slice(0, failure.actions.length > 0 ? 1 : 2).map(finished);
  return unlinked([finished(failure.message), ...steps].join(' '));
}

/** The buttons, in the server's order. */
export function buttons(failure: Failure): Button[] {
  const place = failure.problems.find((problem) => problem.error && problem.file !== null);
  // A later server may know actions that are not known here.
  const known = failure.actions.filter((action) => action in TITLES);
  const offered: Button[] = known.map((action) => ({ title: TITLES[action], action }));
  if (place !== undefined) {
    offered.unshift({ title: `Open ${name(place)}`, action: 'openProblem' });
  }
  return offered;
}

/**
 * A notification makes links of Markdown's links, and those of commands run them: a name of the
 * project or a word of the container must not be one.
 */
export function unlinked(text: string): string {
  return text.replaceAll('](', '] (');
}

/**
 * Text of the project, for a question: control characters and characters that are not seen or
 * change the direction of writing are written out, so that the text cannot hide a part of itself.
 */
export function visible(text: string): string {
  return text.replace(/[^\P{C}\n]|[\u2028\u2029\u115f\u1160\u3164\uffa0]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** Short: a notification's buttons share a line. */
const TITLES: Record<Action, string> = {
  pull: 'Pull',
  load: 'Load a File…',
  chooseImage: 'Choose an Image…',
  withoutGpu: 'Start Without a GPU',
  rebuild: 'Rebuild',
  up: 'Start It',
  retry: 'Try Again',
  authenticate: 'Enter the Password…',
  doctor: 'Doctor',
};

function finished(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:]$/.test(first) ? first : `${first}.`;
}

function name(problem: Problem): string {
  const base = problem.file?.split('/').pop();
  return base === undefined || base === '' ? problem.place : base;
}
