using System.CommandLine;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>exec -- CMD ARG...</c>: any program through the command runner, as if it had been started here.</summary>
internal static class ExecCommand
{
    internal const int TimedOut = 124;
    internal const int NotExecutable = 126;
    internal const int NotFound = 127;

    internal static Command Create()
    {
        var arguments = new Argument<string[]>("CMD") { Description = "the program and its arguments, after --", Arity = ArgumentArity.OneOrMore };
        var profile = new Option<string?>("--profile") { Description = "the sandbox profile", HelpName = "P" };
        var read = new Option<string[]>("--read") { Description = "what it may read besides; may be repeated", HelpName = "PATH", AllowMultipleArgumentsPerToken = false };
        var folder = new Option<string?>("--cwd") { Description = "the folder to start in (default: this one)", HelpName = "D" };
        var environment = new Option<string[]>("--env", "-e") { Description = "a variable; may be repeated", HelpName = "K=V", AllowMultipleArgumentsPerToken = false };
        var timeout = new Option<double?>("--timeout") { Description = "end it after this long", HelpName = "S" };
        var idle = new Option<double?>("--idle-timeout") { Description = "end it when it has been silent for this long", HelpName = "S" };
        var memory = new Option<string?>("--memory") { Description = "address space of each process; K, M and G are understood", HelpName = "N" };
        var terminal = new Option<bool>("--pty") { Description = "give it a terminal" };
        var json = new Option<bool>("--json") { Description = "print one JSON object about its end instead of its output" };
        var command = new Command("exec",
            """
            Runs a program in the command runner, with input and output passed through.

            Exit codes:
              the command's own; 128 + n when signal n ended it
              124  it ran, or was silent, for too long
              126  it may not be executed, or is no program
              127  it was not found
               23  its output could not be written; 141 when the reader has gone
               69  no runner is available
            """)
        {
            arguments, profile, read, folder, environment, timeout, idle, memory, terminal, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            ExecOptions options;
            try
            {
                options = new ExecOptions(
                    RawArguments.Of(parsed.GetValue(arguments)!), parsed.GetValue(profile), parsed.GetValue(folder),
                    [.. (parsed.GetValue(environment) ?? []).Select(ExecOptions.ParseVariable)],
                    Seconds(parsed.GetValue(timeout), "--timeout"), Seconds(parsed.GetValue(idle), "--idle-timeout"),
                    parsed.GetValue(memory) is { } size ? ExecOptions.ParseSize(size) : 0,
                    parsed.GetValue(terminal), parsed.GetValue(json), [.. (parsed.GetValue(read) ?? []).Select(Path.GetFullPath)]);
            }
            catch (FormatException e)
            {
                await Console.Error.WriteLineAsync($"actorbrowser: {e.Message}").ConfigureAwait(false);
                return ExitCodes.Usage;
            }
            return await RunAsync(options, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static TimeSpan? Seconds(double? seconds, string option) => seconds switch
    {
        null => null,
        > 0 and <= 86_400 => TimeSpan.FromSeconds(seconds.Value),
        _ => throw new FormatException($"{option} takes a number of seconds above 0, at most 86400."),
    };

    /// <summary>This process's folder; null, the runner's, which is the same, where its name is no text or is gone.</summary>
    internal static CommandText? CurrentFolder()
    {
        try
        {
            var name = Environment.CurrentDirectory;
            return name.Contains('\uFFFD', StringComparison.Ordinal) ? (CommandText?)null : CommandText.FromString(name);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<int> RunAsync(ExecOptions options, CancellationToken cancellation)
    {
        // Raw mode last on and first off: whatever happens in between, the terminal is given back as it was.
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        var size = LocalTerminal.TryGetSize(0, out var columns, out var rows) && columns > 0 && rows > 0 ? (columns, rows) : (80, 24);
        var spawn = new Spawn(options.Arguments)
        {
            Profile = options.Profile,
            Read = options.Read,
            Folder = options.Folder is { } folder ? folder : CurrentFolder(),
            Environment = CommandEnvironment.Default with { Variables = options.Environment.ToDictionary(one => one.Key, one => (CommandText)one.Value) },
            TotalTimeout = options.Timeout,
            IdleTimeout = options.IdleTimeout,
            Limits = new CommandLimits(options.Memory, 0, 0, 0, 0, 0),
            Input = options.Terminal ? CommandInput.None : CommandInput.Descriptor,
            InputDescriptor = options.Terminal ? null : LocalTerminal.DuplicateInput(),
            // Where both go to one place, one pipe keeps the order in which the program writes.
            Output = options.Terminal ? CommandOutput.Terminal : !options.Json && LocalTerminal.AreOneFile(1, 2) ? CommandOutput.Merged : CommandOutput.Piped,
            Columns = size.Item1,
            Rows = size.Item2,
        };
        var done = new TaskCompletionSource<IEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var raw = options.Terminal ? LocalTerminal.EnterRawMode(0) : null;
        using var keyboard = options.Terminal ? new TerminalInput() : null;
        var session = browser.System.ActorOf(Props.Create(() => new ExecReceiver(browser.Browser, spawn, options.Json, keyboard, done)));
        await using var interrupted = cancellation.UnsafeRegister(_ => session.Tell(ExecReceiver.Interrupt.Instance, ActorRefs.NoSender), null).ConfigureAwait(false);
        keyboard?.Start(session);
        var outcome = await done.Task.ConfigureAwait(false);
        raw?.Dispose();
        if (outcome is SpawnRefused refused)
        {
            await Console.Error.WriteLineAsync($"actorbrowser: {refused.Message}").ConfigureAwait(false);
            return refused.Kind switch
            {
                SpawnFailure.NotFound => NotFound,
                SpawnFailure.NotExecutable or SpawnFailure.Denied => NotExecutable,
                SpawnFailure.InvalidRequest or SpawnFailure.BadFolder => ExitCodes.Usage,
                _ => ExitCodes.Unavailable,
            };
        }
        var closed = (CommandClosed)outcome;
        if (options.Json)
            await Console.Out.WriteLineAsync(ExecReport.ToJson(closed)).ConfigureAwait(false);
        else if (closed.Exit.Cause is not (ExitCause.Itself or ExitCause.Kill))
            await Console.Error.WriteLineAsync($"actorbrowser: {ExecReport.Describe(closed)}").ConfigureAwait(false);
        if (!options.Json && closed.Exit.Blocked is { } blocked)
            await Console.Error.WriteLineAsync($"actorbrowser: {blocked}").ConfigureAwait(false);
        return closed.Exit.Cause switch
        {
            ExitCause.TotalTimeout or ExitCause.IdleTimeout => TimedOut,
            ExitCause.RunnerLost => ExitCodes.ChildLost,
            _ => closed.Exit.ShellCode,
        };
    }
}
