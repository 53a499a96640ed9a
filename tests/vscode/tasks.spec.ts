// Tasks: the project's own, unchanged, in the container; exit codes; errors in Problems.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { problem } from './support/editor.ts';
import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { FOLLOWING, reopen } from './support/warpdock.ts';

const TASKS = {
  version: '2.0.0',
  tasks: [
    {
      label: 'where',
      type: 'shell',
      command: 'pwd; nvidia-smi -L | head -1; sleep 1; exit 4',
      problemMatcher: [],
    },
    // A terminal of its own: VS Code 1.139 tells matchers each line twice in one that is used
    // again, and no pattern of several lines matches then.
    {
      label: 'broken',
      type: 'shell',
      command: 'python broken.py; sleep 1',
      problemMatcher: '$warpdock-python',
      presentation: { panel: 'dedicated' },
    },
    {
      label: 'ours',
      type: 'warpdock',
      command: ['python', '-c', 'print("argv kept: $HOME")'],
      problemMatcher: [],
    },
  ],
};

const project = (home: import('./support/home.ts').Home): string => {
  const folder = home.example('hmm');
  fs.mkdirSync(path.join(folder, '.vscode'));
  fs.writeFileSync(path.join(folder, '.vscode/tasks.json'), JSON.stringify(TASKS, undefined, 2));
  fs.writeFileSync(
    path.join(folder, 'broken.py'),
    'def fit():\n    raise ValueError("no data")\n\n\nfit()\n',
  );
  return folder;
};

stage('tasks', { project, machine: FOLLOWING }, (scene) => {
  scene(
    'a shell task of tasks.json runs in the container, and its exit code is its own',
    async ({ window }) => {
      await reopen(window);
      const terminals = new Terminals(window);
      await window.command('Tasks: Run Task');
      await window.pick('where');
      await terminals.shows(/^\/app$/m);
      await terminals.shows(/GPU 0: /);
      await terminals.shows(/terminated with exit code: 4/);
      await window.picture('task');
    },
  );

  scene(
    'an error with a path of the container lands in Problems on the file of the workspace',
    async ({ window }) => {
      await window.command('Tasks: Run Task');
      await window.pick('broken');
      await new Terminals(window).shows(/File "\/app\/broken\.py", line 2/);
      const entries = await problem(window, /ValueError: no data/);
      const found = entries.find((entry) => /ValueError/.test(entry)) ?? '';
      assert.match(found, /\[Ln 2, Col 1\]/);
      assert.ok(
        entries.some((entry) => /broken\.py/.test(entry)),
        entries.join('\n'),
      );
      await window.picture('problems');
      await window.page
        .locator('.markers-panel .monaco-list-row')
        .filter({ hasText: 'ValueError' })
        .first()
        .dblclick();
      const tab = window.page.locator('.tabs-container .tab.active');
      await tab.and(window.page.locator('[data-resource-name="broken.py"]')).waitFor();
    },
  );

  scene('a task of type warpdock runs its words as they are', async ({ window }) => {
    const terminals = new Terminals(window);
    await window.command('Tasks: Run Task');
    await window.pick('ours');
    await terminals.shows(/argv kept: \$HOME/);
  });
});
