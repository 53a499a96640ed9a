// `container/up` from the window: progress with Cancel, questions, and what the buttons next to a
// failure do. Every feature that needs a running container comes through here.

import * as vscode from 'vscode';
import { agree } from './consent';
import type { Context } from './context';
import { showFailure } from './errors';
import { type Button, failureIn } from './failure';
import { Course } from './progress';
import type { Failure, Overrides, Up, UpParams } from './protocol';
import { duration } from './steps';

/** What is asked for beyond "it is up". */
export type Wanted = Pick<UpParams, 'rebuild' | 'noCache' | 'buildOnly' | 'pull'> & {
  /** Another Dockerfile than the project's, absolute. */
  readonly dockerfile?: string;
};

/** A container that is up, and how long the attempt took that brought it there. */
export type Brought = Up & { readonly took: string };

/** The connection ended in the middle. */
const LOST = -32097;

/** What is under way, by folder and what is asked for. */
const underWay = new Map<string, Promise<Brought | undefined>>();

/**
 * Brings a folder's container up; `undefined`: it is not, and the person knows why. Who asks for
 * the same meanwhile gets the same answer, and the person one notification.
 */
export function bringUp(
  context: Context,
  folder: vscode.WorkspaceFolder,
  title: string,
  wanted: Wanted = {},
): Promise<Brought | undefined> {
  const key = JSON.stringify([folder.uri.fsPath, wanted]);
  const present = underWay.get(key);
  if (present !== undefined) {
    return present;
  }
  // Over when it waits for a button, too: who asks again meanwhile means it.
  const over = () => underWay.delete(key);
  const operation = attempt(context, folder, title, wanted, over).finally(over);
  underWay.set(key, operation);
  return operation;
}

async function attempt(
  context: Context,
  folder: vscode.WorkspaceFolder,
  title: string,
  wanted: Wanted,
  over: () => void,
): Promise<Brought | undefined> {
  const workspace = folder.uri.fsPath;
  const { dockerfile, ...rest } = wanted;
  const overrides = { ...overridesOf(folder), ...(dockerfile && { dockerfile }) };
  let params: UpParams = { workspace, overrides, ...rest };
  const agreed = context.extension.workspaceState.get<string>(agreedKey(folder));
  if (agreed !== undefined) {
    params.trustedInitialize = agreed;
  }
  for (;;) {
    const began = Date.now();
    const outcome = await once(context, folder, title, params);
    if ('up' in outcome) {
      const took = duration(Date.now() - began);
      context.log.info(`${folder.name}: container ready after ${took}`);
      context.folders.learn(outcome.up.status);
      for (const warning of outcome.up.warnings) {
        context.log.warn(`${warning.place}: ${warning.message}`);
      }
      return { ...outcome.up, took };
    }
    if (outcome.cancelled) {
      context.log.info(`${title}: cancelled`);
      return undefined;
    }
    const failure = failureIn(outcome.error);
    if (failure !== undefined && failure.command !== null) {
      if (!(await agree(folder, failure.message, failure.command))) {
        return undefined;
      }
      await context.extension.workspaceState.update(agreedKey(folder), failure.command);
      params = { ...params, trustedInitialize: failure.command };
      continue;
    }
    over();
    const pressed = await showFailure(context.log, title, outcome.error);
    const changed = pressed && (await press(context, folder, pressed, failure, params));
    if (changed === undefined) {
      return undefined;
    }
    params = changed;
  }
}

type Outcome = { up: Up } | { cancelled: boolean; error: unknown };

async function once(
  context: Context,
  folder: vscode.WorkspaceFolder,
  title: string,
  params: UpParams,
): Promise<Outcome> {
  const workspace = folder.uri.fsPath;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title,
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const course = new Course(context.log, (message) => progress.report({ message }));
    const following = course.follow(workspace);
    // Not `$/cancelRequest`: the answer is to come when what was half made is gone.
    const cancelling = token.onCancellationRequested(() => {
      course.cancelling();
      void context.server.notify('container/upWithdrawn', { workspace });
    });
    try {
      return { up: await asked(context, params) };
    } catch (error) {
      return { cancelled: token.isCancellationRequested, error };
    } finally {
      cancelling.dispose();
      following.dispose();
    }
  });
}

/** A daemon that goes away in the middle is asked again: its memory is a cache. */
async function asked(context: Context, params: UpParams): Promise<Up> {
  try {
    return await context.server.request('container/up', params);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === LOST) {
      context.log.warn('the daemon went away in the middle; asking again');
      return context.server.request('container/up', params);
    }
    throw error;
  }
}

/** Does what a button says; answers with what to try next, if anything. */
async function press(
  context: Context,
  folder: vscode.WorkspaceFolder,
  button: Button,
  failure: Failure | undefined,
  params: UpParams,
): Promise<UpParams | undefined> {
  switch (button.action) {
    case 'pull':
      return { ...params, pull: true };
    case 'withoutGpu':
      return { ...params, overrides: { ...params.overrides, gpus: 'optional' } };
    case 'rebuild':
      return { ...params, rebuild: true };
    case 'up':
    case 'retry':
      return params;
    case 'authenticate':
      return (await authenticate(context, folder)) ? params : undefined;
    case 'load':
      return (await load(context, folder)) ? params : undefined;
    case 'chooseImage': {
      const image = await vscode.window.showInputBox({
        title: 'The image to make the container from',
        placeHolder: 'my_gpu_env:1229',
        prompt: 'An image of this machine. It is remembered until the container is removed.',
      });
      return image ? { ...params, overrides: { ...params.overrides, image } } : undefined;
    }
    case 'doctor':
      await vscode.commands.executeCommand('warpdock.doctor', folder.uri);
      return undefined;
    case 'openProblem':
      await open(failure);
      return undefined;
  }
}

/** The command line asks for sudo's password on a terminal and hands the daemon what it needs. */
async function authenticate(context: Context, folder: vscode.WorkspaceFolder): Promise<boolean> {
  const terminal = vscode.window.createTerminal({
    name: 'Password',
    iconPath: new vscode.ThemeIcon('key'),
    isTransient: true,
    shellPath: context.server.path,
    env: context.server.added,
    shellArgs: ['--workspace', folder.uri.fsPath, 'status'],
    message: 'The container engine needs sudo, and sudo your password.',
  });
  terminal.show();
  return new Promise((resolve) => {
    const closing = vscode.window.onDidCloseTerminal((closed) => {
      if (closed === terminal) {
        closing.dispose();
        // 3: there is no running container, which is no surprise.
        resolve(closed.exitStatus?.code === 0 || closed.exitStatus?.code === 3);
      }
    });
  });
}

async function load(context: Context, folder: vscode.WorkspaceFolder): Promise<boolean> {
  const picked = await vscode.window.showOpenDialog({
    title: 'A file that docker save wrote',
    openLabel: 'Load',
    defaultUri: folder.uri,
    filters: { 'Image archives': ['tar', 'tgz', 'gz', 'zst', 'xz'], 'All files': ['*'] },
  });
  const archive = picked?.[0]?.fsPath;
  if (archive === undefined) {
    return false;
  }
  const title = 'Loading the image';
  try {
    const location = vscode.ProgressLocation.Notification;
    const loaded = await vscode.window.withProgress({ location, title }, async (progress) => {
      const course = new Course(context.log, (message) => progress.report({ message }));
      const following = course.follow(archive);
      try {
        return await context.server.request('image/load', { archive });
      } finally {
        following.dispose();
      }
    });
    context.log.info(`loaded ${loaded.images.join(', ')}`);
    return true;
  } catch (error) {
    await showFailure(context.log, title, error);
    return false;
  }
}

async function open(failure: Failure | undefined): Promise<void> {
  const problem = failure?.problems.find((problem) => problem.error && problem.file !== null);
  if (problem?.file === undefined || problem.file === null) {
    return;
  }
  const position = new vscode.Position(
    Math.max(0, problem.line - 1),
    Math.max(0, problem.column - 1),
  );
  const selection = new vscode.Range(position, position);
  await vscode.window.showTextDocument(vscode.Uri.file(problem.file), { selection });
}

/** What the settings decide instead of the project's files. */
export function overridesOf(folder: vscode.WorkspaceFolder): Overrides {
  const settings = vscode.workspace.getConfiguration('warpdock', folder);
  const overrides: Overrides = {};
  const gpus = settings.get<string>('gpu');
  const shmSize = settings.get<string>('shmSize');
  if (gpus) {
    overrides.gpus = gpus;
  }
  if (shmSize) {
    overrides.shmSize = shmSize;
  }
  return overrides;
}

function agreedKey(folder: vscode.WorkspaceFolder): string {
  return `agreed:${folder.uri.fsPath}`;
}
