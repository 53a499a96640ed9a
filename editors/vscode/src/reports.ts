// Reports of the server as pages. Pure.

import type { DoctorReport, DoctorState } from './protocol';

const MARKS: Record<DoctorState, string> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };

/** The checks, in columns. */
export function report({ lines }: DoctorReport): string {
  const width = Math.max(0, ...lines.map((line) => line.check.length));
  const text = lines.map((line) => {
    const first = `${MARKS[line.state]} ${line.check.padEnd(width)}  ${line.text}`;
    return line.remedy === null ? first : `${first}\n  ${' '.repeat(width)}  -> ${line.remedy}`;
  });
  const count = (state: DoctorState) => lines.filter((line) => line.state === state).length;
  const failed = count('failed');
  const warnings = count('warning');
  const verdict =
    failed > 0
      ? `${failed} of ${lines.length} checks failed`
      : warnings > 0
        ? `It works; ${warnings} of ${lines.length} checks warn`
        : 'All is well';
  return `${verdict}.\n\n${text.join('\n')}\n`;
}

/** A command line with each flag on a line of its own, as a shell reads it. */
export function folded(line: string): string {
  const words = line.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs) ?? [];
  const folded = words.map((word) => (word.startsWith('-') ? `\\\n    ${word}` : word));
  return folded.join(' ');
}
