// The connection to `warpdock stdio`: started when first needed, started again when it ends.
//
// What is asked for goes through `request`, whose types are generated from the server's.

import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  State,
} from 'vscode-languageclient/node';
import type {
  ClientNotifications,
  ClientOptions,
  LintProfile,
  Requests,
  ServerNotifications,
} from './protocol';

/** Documents that the server looks at. */
export const DOCUMENTS: readonly { language?: string; scheme: string; pattern?: string }[] = [
  { scheme: 'file', language: 'dockerfile' },
  { scheme: 'file', pattern: '**/{devcontainer,.devcontainer}.json' },
  { scheme: 'file', pattern: '**/.env' },
  { scheme: 'file', pattern: '**/.hadolint.{yaml,yml}' },
  { scheme: 'file', pattern: '**/{.dockerignore,*.dockerignore}' },
];

/** A server that ends more often than this within `RESTART_WINDOW` is not started again. */
const RESTARTS = 8;
const RESTART_WINDOW = 60_000;

export class Server implements vscode.Disposable {
  private readonly extension: vscode.ExtensionContext;
  private readonly log: vscode.LogOutputChannel;
  private readonly listeners: {
    method: keyof ServerNotifications;
    handle: (params: unknown) => void;
  }[] = [];
  private readonly startedEmitter = new vscode.EventEmitter<void>();
  private starting: Promise<LanguageClient> | undefined;
  private ends: number[] = [];

  /** The server runs, or runs again. */
  readonly onDidStart = this.startedEmitter.event;

  constructor(extension: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.extension = extension;
    this.log = log;
  }

  /** The program. */
  get path(): string {
    const configured = vscode.workspace.getConfiguration('warpdock').get<string>('path');
    return configured || this.extension.asAbsolutePath('bin/warpdock');
  }

  /** The environment of the program. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.added };
  }

  /** What is added to the environment: terminals and tasks that go to the program need it too. */
  get added(): Record<string, string> {
    return vscode.workspace.getConfiguration('warpdock').get('environment') ?? {};
  }

  /** Starts the server unless it runs. */
  async start(): Promise<void> {
    await this.client();
  }

  async request<Method extends keyof Requests>(
    method: Method,
    params: Requests[Method]['params'],
  ): Promise<Requests[Method]['result']> {
    const client = await this.client();
    return client.sendRequest<Requests[Method]['result']>(method, params);
  }

  async notify<Method extends keyof ClientNotifications>(
    method: Method,
    params: ClientNotifications[Method],
  ): Promise<void> {
    const client = await this.client();
    await client.sendNotification(method, params);
  }

  /** Listens to a notification, across restarts. */
  on<Method extends keyof ServerNotifications>(
    method: Method,
    handle: (params: ServerNotifications[Method]) => void,
  ): void {
    this.listeners.push({ method, handle: handle as (params: unknown) => void });
  }

  /** Ends the server and starts it anew, because what it was started with has changed. */
  async restart(): Promise<void> {
    if (this.starting === undefined) {
      return;
    }
    await this.stop();
    await this.start();
  }

  dispose(): void {
    this.startedEmitter.dispose();
  }

  async stop(): Promise<void> {
    const starting = this.starting;
    this.starting = undefined;
    const client = await starting?.catch(() => undefined);
    await client?.dispose();
  }

  private client(): Promise<LanguageClient> {
    this.starting ??= this.launch().catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  private async launch(): Promise<LanguageClient> {
    const path = this.path;
    if (!existsSync(path)) {
      throw new Error(`${path} is not there; the setting warpdock.path names the program`);
    }
    const client = new LanguageClient(
      'warpdock',
      'Warpdock',
      // Without a transport it is pipes; naming them adds `--stdio` to the arguments.
      {
        command: path,
        args: ['stdio'],
        options: { env: this.environment },
      },
      this.options(),
    );
    for (const { method, handle } of this.listeners) {
      client.onNotification(method, handle);
    }
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.startedEmitter.fire();
      }
    });
    await client.start();
    this.log.info(`connected to ${path}`);
    return client;
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: DOCUMENTS.map((document) => ({ ...document })),
      outputChannel: this.log,
      // What changes later is told as it changes.
      synchronize: { configurationSection: 'warpdock.lint' },
      initializationOptions: (): ClientOptions => ({
        release: String(this.extension.extension.packageJSON.version),
        trusted: vscode.workspace.isTrusted,
        lintProfile: vscode.workspace
          .getConfiguration('warpdock')
          .get<LintProfile>('lint.profile', 'recommended'),
      }),
      initializationFailedHandler: (error) => {
        this.log.error(`the server did not start: ${error}`);
        return false;
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        // The daemon may be killed at any moment; the next server finds everything as it was.
        closed: () => {
          const now = Date.now();
          this.ends = [...this.ends.filter((end) => now - end < RESTART_WINDOW), now];
          if (this.ends.length <= RESTARTS) {
            return { action: CloseAction.Restart, handled: true };
          }
          this.starting = undefined;
          this.ends = [];
          return {
            action: CloseAction.DoNotRestart,
            message: "Warpdock's server ends again and again; its log says why.",
          };
        },
      },
    };
  }
}
