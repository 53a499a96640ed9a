// Generated from server/protocol by `UPDATE_EXPECT=1 cargo test -p protocol`. Never edit it.

/** The JSON-RPC error code whose `data` is a {@link Failure}. */
export const FAILURE_CODE = -32001;

/** What a client asks, by method. */
export interface Requests {
  /** Bring the workspace's container up, or join whoever is doing so. */
  "container/up": { params: UpParams; result: Up };
  /** Stop the workspace's container and remove it. */
  "container/down": { params: DownParams; result: Down };
  /** What the workspace's container is and does. */
  "container/status": { params: WorkspaceParams; result: Status };
  /** All containers of this user. */
  "container/list": { params: ListParams; result: Array<Status> };
  /** Where init listens, and what a session of this workspace gets: the way to a session. */
  "container/endpoint": { params: EndpointParams; result: Endpoint };
  /** The sessions in the workspace's container, ended ones too, as its init lists them. */
  "container/sessions": { params: WorkspaceParams; result: Array<Session> };
  /** The command that the image runs by default. */
  "container/defaultCommand": { params: WorkspaceParams; result: DefaultCommand };
  /** Load images from a tar archive on the daemon's machine. */
  "image/load": { params: LoadParams; result: Loaded };
  /** The resolved configuration. */
  "config/resolve": { params: WorkspaceParams; result: Resolved };
  /**
   * The `docker run` line equal to the configuration, or what a given line does and how it is
   * said here.
   */
  "config/explain": { params: ExplainParams; result: Explanation };
  /** Memory and load of the GPUs, now. */
  "gpu/usage": { params: GpuUsageParams; result: GpuUsage };
  /** Check engine, GPU chain and machine. */
  "doctor/run": { params: DoctorParams; result: DoctorReport };
  /** What the daemon is and holds. */
  "daemon/status": { params: Nothing; result: DaemonStatus };
  /** End the daemon; containers and sessions stay. */
  "daemon/stop": { params: Nothing; result: Nothing };
}

/** What a client tells, by method. */
export interface ClientNotifications {
  /**
   * An `up` that this client asked for is not wanted any more. Unlike `$/cancelRequest`, which
   * is answered at once, the request ends when what it had half made is cleaned up.
   */
  "container/upWithdrawn": WorkspaceParams;
}

/** What a client is told, by method. */
export interface ServerNotifications {
  /** Something happened on the way of an `up`, to be shown. */
  "container/progressed": Progressed;
  /**
   * The container of a workspace of this window has another state. Of every workspace that the
   * client has named in `initialize`, `container/status` or `container/up`, whoever changed it.
   * Sessions and changes of the configuration are left empty: `container/status` tells them.
   */
  "container/statusChanged": Status;
}

/** What an editor offers next to a failure: a button each. */
export type Action = "pull" | "load" | "chooseImage" | "withoutGpu" | "rebuild" | "up" | "retry" | "authenticate" | "doctor";

/** A change of the configuration, and what applying it costs. */
export type Change = {
  /** Which setting. */
  what: string,
  /** What the container has. */
  from: string,
  /** What the files say. */
  to: string,
  /** What applying it costs, in words. */
  cost: string,
};

/** What a client says in `initialize`, as `initializationOptions`. */
export type ClientOptions = {
  /** The client's release. */
  release?: string,
  /**
   * The client's environment, of which the daemon uses what a window decides:
   * `DOCKER_*`, `PATH`, `HOME`, `XDG_*`, and what `${localEnv:…}` names.
   */
  environment?: { [key in string]: string },
  /**
   * The person trusts what the client has open; `true` unless it says otherwise. For a client
   * that is not trusted texts are checked, and nothing is run.
   */
  trusted?: boolean,
  /** Which findings the client wants; `recommended` unless it says otherwise. */
  lintProfile?: LintProfile,
};

/** One value and where it came from. */
export type ConfigValue = {
  /** Its name: `image`, `containerEnv.FOO`, … */
  name: string,
  /** The value as text. Values of the environment that look like secrets are hidden. */
  value: string,
  /** `default`, `--image`, `.devcontainer/devcontainer.json:4:3`, … */
  origin: string,
};

/** What the daemon is and holds. */
export type DaemonStatus = {
  /** Its release. */
  release: string,
  /** Its process id. */
  pid: number,
  /** Seconds since it started. */
  uptimeSeconds: number,
  /** Connected clients, this one included. */
  clients: number,
  /** Workspaces with an operation under way. */
  busy: Array<string>,
  /** Its log file. */
  log: string,
};

/** What the image runs by default. */
export type DefaultCommand = {
  /** ENTRYPOINT and CMD as Docker would run them; empty: the image has neither. */
  argv: Array<string>,
  /** ENTRYPOINT's share of it. */
  entrypoint: Array<string>,
  /** CMD's share of it. */
  cmd: Array<string>,
  /** The image's working folder, where Docker would run it. */
  workingFolder: string | null,
  /** The image's user. */
  user: string | null,
  /** The image. */
  image: string,
};

/** One check. */
export type DoctorLine = {
  /** What was checked. */
  check: string,
  /** How it went. */
  state: DoctorState,
  /** What was found. */
  text: string,
  /** What to do, if anything. */
  remedy: string | null,
};

/** What to check. */
export type DoctorParams = {
  /** The workspace whose container is looked at too. */
  workspace?: string,
};

/** The checks, in the order in which a person would make them. */
export type DoctorReport = {
  /** One line each. */
  lines: Array<DoctorLine>,
};

/** How a check went. */
export type DoctorState = "ok" | "warning" | "failed" | "skipped";

/** What an `up` did. */
export type Done = "nothing" | "started" | "created";

/** What a `down` did. */
export type Down = {
  /** The container that is gone or stopped; `None`: there was none. */
  container: string | null,
  /** The sessions that ended with it. */
  ended: Array<Session>,
};

/** Parameters of `container/down`. */
export type DownParams = {
  /** The workspace folder, absolute; it need not exist any more. */
  workspace: string,
  /** Stop it and keep the container with what was written in it. */
  keep?: boolean,
  /** Seconds that processes get before they are killed. */
  timeoutSeconds?: number,
};

/** The way to a session. */
export type Endpoint = {
  /** The workspace folder that the container belongs to. */
  workspace: string,
  /** The container's id. */
  container: string,
  /** The container's name. */
  name: string,
  /** The host folder with init's socket. */
  socketFolder: string,
  /** The process that must be listening: the container's first, as the host sees it. */
  pid: number,
  /** The folder in which sessions start. */
  workspaceFolder: string,
  /** The user of sessions; `None`: PID 1's. */
  user: string | null,
  /** That user's shell, as it was seen when the container came up; `None`: not known. */
  shell: string | null,
  /** What sessions get on top of PID 1's environment; `None` removes. */
  env: { [key in string]: string | null },
  /** What the given overrides ask for that the running container does not have. */
  changes: Array<Change>,
};

/** Parameters of `container/endpoint`. */
export type EndpointParams = {
  /** Ask the engine, because what was answered before led nowhere. */
  fresh?: boolean,
  /** The workspace folder, absolute. */
  workspace: string,
  /** What flags or a client decide instead of the files. */
  overrides?: Overrides,
  /** Where the folder has no container, the nearest one above it that has one is meant. */
  ancestors?: boolean,
};

/** Parameters of `config/explain`. */
export type ExplainParams = {
  /** The workspace folder, absolute. */
  workspace: string,
  /**
   * A `docker run` line to explain, as a person wrote it. Without it, the line that is equal to
   * the workspace's configuration is written.
   */
  dockerRun?: string,
};

/** An explanation, for a person. */
export type Explanation = {
  /** The text. */
  text: string,
  /** Of a given line: the devcontainer.json that says the same. */
  devcontainer: string | null,
  /** Of a given line: the host folder that it mounts as the project, as far as it names one. */
  folder: string | null,
};

/** A failure that says what happened, to what, why, and the next step. */
export type Failure = {
  /** A stable name for scripts, kebab-case. */
  kind: string,
  /** Who can do something about it. */
  tier: Tier,
  /** What happened, to what, why. Lower case, no full stop. */
  message: string,
  /** The exact words of the engine or the system, where they are not in the message. */
  detail: string | null,
  /** Next steps, one a line. */
  remedy: Array<string>,
  /** A command of the project that wants to run on this machine and that nobody agreed to. */
  command: string | null,
  /** Problems in files, when they are the reason. */
  problems: Array<Problem>,
  /** What an editor offers to do about it, the likeliest first. */
  actions: Array<Action>,
};

/** A container's GPU. */
export type Gpu = {
  /** Proven from inside. */
  visible: boolean,
  /** `required`, `optional` or `none`. */
  wish: "required" | "optional" | "none",
  /** What was seen inside, or why there is none. A sentence's worth, no full stop. */
  text: string,
  /** What to do about its absence. */
  remedy: string | null,
  /** Names as `nvidia-smi -L` gives them. */
  devices: Array<string>,
  /** Their UUIDs, in the same order; empty where only device nodes prove them. */
  uuids: Array<string>,
  /** How the engine was asked: `--gpus all`, … */
  request: string | null,
};

/** What one GPU is doing. */
export type GpuLoad = {
  /** Its number on this machine, which need not be its number in the container. */
  index: number,
  /** The product's name. */
  name: string,
  /** Its name for good. */
  uuid: string,
  /** Memory in use, MiB; `null`: the driver does not say, as with memory shared with the CPU. */
  memoryUsedMiB: number | null,
  /** All its memory, MiB. */
  memoryTotalMiB: number | null,
  /** How much of the last second it was at work; `null`: the driver does not say (MIG). */
  utilizationPercent: number | null,
};

/**
 * What the GPUs are doing, as `nvidia-smi` on this machine says. Answers are kept for a second,
 * so that ten windows ask the driver once.
 */
export type GpuUsage = {
  /** One entry a GPU, in the driver's order. */
  gpus: Array<GpuLoad>,
  /** Why there are none, or what `nvidia-smi` failed with; lower case, no full stop. */
  reason: string | null,
};

/** Parameters of `gpu/usage`. */
export type GpuUsageParams = {
  /** The workspace whose container's GPUs are meant; without it all of this machine. */
  workspace?: string,
};

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

/** Which findings are wanted. */
export type LintProfile = "recommended" | "hadolint" | "buildkit" | "strict";

/** Parameters of `container/list`. */
export type ListParams = {
  /** Ask each running container's init for its sessions. */
  sessions?: boolean,
};

/** Parameters of `image/load`. */
export type LoadParams = {
  /** The archive, absolute. */
  archive: string,
};

/** Loaded images. */
export type Loaded = {
  /** Their names, as the engine reported them. */
  images: Array<string>,
};

/** No parameters, or no result. */
export type Nothing = Record<symbol, never>;

/** What flags or a client decide instead of the files. As typed: meaning and checks are the configuration's. */
export type Overrides = {
  /** `--image`. */
  image?: string,
  /** `--dockerfile`, absolute. */
  dockerfile?: string,
  /** `--context`, absolute. */
  context?: string,
  /** `--target`. */
  target?: string,
  /** `--config`: the devcontainer.json to read, absolute. */
  devcontainer?: string,
  /** `--gpus`: `required`, `optional`, `none`, or what docker takes (`all`, `2`, `device=0,1`). */
  gpus?: string,
  /** `--shm-size`, as docker takes it. */
  shmSize?: string,
  /** `--env NAME=VALUE` or `NAME`, in order. */
  env?: Array<string>,
  /** `--env-file`, absolute. */
  envFile?: Array<string>,
  /** `--user`: the user of sessions and lifecycle commands. */
  user?: string,
  /** `--workspace-folder`: where the workspace is in the container. */
  workspaceFolder?: string,
  /** `--volume`. */
  volumes?: Array<string>,
  /** `--mount`. */
  mounts?: Array<string>,
  /** Further flags of `docker run`. */
  runArgs?: Array<string>,
};

/** Something wrong in a file. */
export type Problem = {
  /** It stops `up`. */
  error: boolean,
  /** A stable name, kebab-case. */
  code: string,
  /** What is wrong and what was expected. */
  message: string,
  /** Where, as a person reads it: `path:line:column`, `--flag`, … */
  place: string,
  /** The file, for editors. */
  file: string | null,
  /** Line from 1; 0 without a file. */
  line: number,
  /** Column from 1; 0 without a file. */
  column: number,
  /** What to do. */
  remedy: string | null,
};

/** A process of a session. */
export type Process = {
  /** Its id in the container. */
  pid: number,
  /** Its command line, shortened. */
  command: string,
};

/** Something that happened on the way. */
export type Progress = { "kind": "phase", phase: string, text: string, }
  | { "kind": "stepStarted", step: number, name: string, }
  | { "kind": "stepDone", step: number, name: string, milliseconds: number, cached: boolean, failed: boolean, }
  | { "kind": "output", step: number, text: string, }
  | { "kind": "bytes", text: string, current: number, total: number, }
  | { "kind": "note", text: string, };

/** Parameters of `container/progressed`. */
export type Progressed = {
  /** The workspace folder, or the archive. */
  workspace: string,
  /** What happened. */
  progress: Progress,
};

/** A resolved configuration. */
export type Resolved = {
  /** Every value that was set or has a default, in reading order. */
  values: Array<ConfigValue>,
  /** The whole configuration as JSON, each value with its origin. */
  config: JsonValue,
  /** What is wrong in the files. */
  problems: Array<Problem>,
  /** The files that were read or looked for. */
  files: Array<string>,
  /** The `docker run` line equal to it. */
  dockerLine: string,
};

/** A session in a container, for people and editors. */
export type Session = {
  /** Its id in this container. */
  id: number,
  /** Its name. */
  name: string,
  /** What runs. */
  command: Array<string>,
  /** The user it runs as. */
  user: string,
  /** It has a terminal. */
  terminal: boolean,
  /** Start, in seconds since 1970. */
  started: number,
  /** Attached clients. */
  clients: number,
  /** `running`, `exited`, or `leftover`: the command has ended and left processes. */
  state: "running" | "exited" | "leftover",
  /** How the command ended, as a shell reports it. */
  exitCode: number | null,
  /** Live processes. */
  processes: Array<Process>,
};

/** What a container is doing. */
export type State = "absent" | "starting" | "running" | "paused" | "stopped";

/** A workspace's container. */
export type Status = {
  /** The workspace folder on the host. */
  workspace: string,
  /** What it is doing. */
  state: State,
  /** The container's id; `None` when there is none. */
  id: string | null,
  /** The container's name. */
  name: string | null,
  /** The image's name. */
  image: string | null,
  /** Where the workspace is inside. */
  workspaceFolder: string | null,
  /** Whether it has a GPU, and why not. */
  gpu: Gpu | null,
  /** Sessions in it; empty unless it runs. */
  sessions: Array<Session>,
  /** Start, in seconds since 1970; 0 unless it runs. */
  started: number,
  /** Why it ended, if it was not us. */
  note: string | null,
  /** Changes of the configuration that it does not have yet. */
  changes: Array<Change>,
};

/** Who can do something about a failure. */
export type Tier = "input" | "environment" | "bug";

/** A container that is up. */
export type Up = {
  /** Its state now. */
  status: Status,
  /** What this call did. */
  done: Done,
  /** Changes of the configuration that the running container does not have yet. */
  changes: Array<Change>,
  /** Problems in files that did not stop it. */
  warnings: Array<Problem>,
};

/** Parameters of `container/up`. */
export type UpParams = {
  /** Remove the container and build the image again before. */
  rebuild?: boolean,
  /** With `rebuild` or `build_only`: build without cache. */
  noCache?: boolean,
  /** Only build the image, or fetch it where that is asked for: the container stays as it is. */
  buildOnly?: boolean,
  /** Pull an absent image. Without it nothing is ever fetched. */
  pull?: boolean,
  /** The person agrees to this `initializeCommand` (its text), which runs on the host. */
  trustedInitialize?: string,
  /** The workspace folder, absolute. */
  workspace: string,
  /** What flags or a client decide instead of the files. */
  overrides?: Overrides,
  /** Where the folder has no container, the nearest one above it that has one is meant. */
  ancestors?: boolean,
};

/** Which workspace, and what the command line adds to its configuration. */
export type WorkspaceParams = {
  /** The workspace folder, absolute. */
  workspace: string,
  /** What flags or a client decide instead of the files. */
  overrides?: Overrides,
  /** Where the folder has no container, the nearest one above it that has one is meant. */
  ancestors?: boolean,
};
