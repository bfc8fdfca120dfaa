using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <content>The request for a command.</content>
public static partial class CommandProtocol
{
    /// <summary>Runs a program. Answered by <see cref="Spawned"/> or <see cref="SpawnRefused"/>.</summary>
    /// <param name="Arguments">The program first; searched for in the command's PATH if it contains no slash.</param>
    public sealed record Spawn(IReadOnlyList<CommandText> Arguments) : TracedMessage, IRegistryCommand, IValidated
    {
        /// <summary>Whether the requester waits for the end: the registry then keeps the command until it is released.</summary>
        internal bool IsAwaited { get; init; }
        internal RequestSpan? Span { get; init; }

        /// <summary>Whether it only starts in <see cref="Folder"/>, and is given nothing there. In a world, the folder is empty.</summary>
        internal bool HasNoWorkspace { get; init; }

        /// <summary>The folder to start in; null for the runner's, which is the current folder of the program that has the browser.</summary>
        public CommandText? Folder { get; init; }

        /// <summary>The environment; null for the variables that the configuration lets commands inherit.</summary>
        public CommandEnvironment? Environment { get; init; }

        /// <summary>Where standard input comes from.</summary>
        public CommandInput Input { get; init; }

        /// <summary>Standard input if <see cref="Input"/> is <see cref="CommandInput.Descriptor"/>; the browser owns it from now on. The command reads a file through a pipe, from the file's position on, so that it cannot change the file. A terminal and a folder are refused: through them a command could control or reach what is the user's.</summary>
        public SafeDescriptor? InputDescriptor { get; init; }

        /// <summary>Where the output goes. A terminal is also the input.</summary>
        public CommandOutput Output { get; init; }

        /// <summary>The terminal's width.</summary>
        public int Columns { get; init; } = 80;

        /// <summary>The terminal's height.</summary>
        public int Rows { get; init; } = 24;

        /// <summary>The longest run; null for no limit.</summary>
        public TimeSpan? TotalTimeout { get; init; }

        /// <summary>The longest time without output or input; null for no limit.</summary>
        public TimeSpan? IdleTimeout { get; init; }

        /// <summary>The time between TERM and KILL; null for the configured one.</summary>
        public TimeSpan? Grace { get; init; }

        /// <summary>How long processes that outlive the command may go on writing; null for the configured time.</summary>
        public TimeSpan? DrainTimeout { get; init; }

        /// <summary>Resource limits.</summary>
        public CommandLimits Limits { get; init; }

        /// <summary>A file that gets all output in the order of arrival; null for none. It is created, or truncated.</summary>
        public string? SpillFile { get; init; }

        /// <summary>The sandbox profile; null for the configured one.</summary>
        public string? Profile { get; init; }

        /// <summary>What happens when it opens, executes or connects to what it was not granted; null for its profile's <c>on-refusal</c>.</summary>
        public RefusalMode? OnRefusal { get; init; }

        /// <summary>
        /// Hosts that it may reach, in addition to its profile's rules, such as <c>example.org</c> (ports 80 and 443), <c>*.example.org:443</c>,
        /// <c>GET http://example.org</c>, <c>git.example.org:22 private</c>, <c>127.0.0.1:8080</c> or <c>*</c> (every public host); with an
        /// exclamation mark, hosts that it may not, which wins. Null for the profile's rules. Its profile needs a named egress.
        /// </summary>
        public IReadOnlyList<string>? Egress { get; init; }

        /// <summary>
        /// Secrets by reference: the command gets placeholders, and the browser puts the values into its requests to the hosts that they are for,
        /// which it may reach. At most 32. Null for none. Needs a profile with a named egress, and a world of its own.
        /// </summary>
        public IReadOnlyList<CommandSecret>? Secrets { get; init; }

        /// <summary>Further paths it may read, including everything below them: absolute paths, whose links are resolved now.</summary>
        public IReadOnlyList<string>? Read { get; init; }

        /// <summary>
        /// Commands with the same name, profile, folder, <see cref="Read"/>, <see cref="Egress"/> and <see cref="OnRefusal"/> share a world: a runner, processes and temporary
        /// files; if the runner is lost, all of them end. Null: a world for this command only, unless the configuration shares
        /// worlds.
        /// </summary>
        public string? World { get; init; }

        /// <summary>
        /// The name of a <see cref="ActorBrowser.Scratch"/>: the command works on an overlay of its folder, which itself stays unchanged. Null to
        /// change the folder. Needs a world, and a profile that may write the folder. Linux.
        /// </summary>
        public string? Scratch { get; init; }

        /// <summary>Subscribes at the start, so that no output is missed; null for no subscription.</summary>
        public Subscribe? Subscription { get; init; }

        /// <summary>Runs a line with <c>/bin/sh -c</c>; on Windows with <c>cmd.exe /c</c>, that of the system's folder.</summary>
        /// <param name="line">The line, as typed in a shell.</param>
        public static Spawn Shell(string line) => OperatingSystem.IsWindows() ? new([Path.Combine(System.Environment.SystemDirectory, "cmd.exe"), "/d", "/s", "/c", line]) : new(["/bin/sh", "-c", line]);

        /// <summary>The command as shown in lists and logs.</summary>
        public string Display => string.Join(' ', Arguments);

        /// <summary>A copy whose lists no other code can change: those of a request belong to its sender, and one that changes or throws while it is read would harm other commands.</summary>
        /// <param name="refused">The answer, if the lists cannot be read; the caller disposes the descriptor.</param>
        internal Spawn? Own(out SpawnRefused? refused)
        {
            refused = null;
            try
            {
                return this with
                {
                    Arguments = Arguments?.ToArray()!,
                    Environment = Environment?.Own(),
                    Egress = Egress?.ToArray(),
                    Secrets = Secrets?.ToArray(),
                    Read = Read?.ToArray(),
                };
            }
            catch (Exception e)
            {
                refused = new SpawnRefused(SpawnFailure.InvalidRequest, 0, $"The Spawn cannot be read: {e.Message}");
                return null;
            }
        }

        object? IValidated.Refusal() => CommandRequest.Problem(this) is { } problem ? new SpawnRefused(SpawnFailure.InvalidRequest, problem.Errno, problem.Message) : null;
    }
}
