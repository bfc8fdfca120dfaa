using System.CommandLine;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>exec -- CMD ARG...</c>: runs any program through the command runner, like a program started by the shell.</summary>
internal static class ExecCommand
{
    internal const string Name = "exec";
    // An error stream that takes nothing for this long is not waited for.
    private const int SayTime = 500;
    internal const int TimedOut = 124;
    internal const int NotExecutable = 126;
    internal const int NotFound = 127;

    internal static Command Create()
    {
        var arguments = new Argument<string[]>("CMD") { Description = "the program and its arguments, after --", Arity = ArgumentArity.OneOrMore };
        var profile = new Option<string?>("--profile") { Description = "the sandbox profile", HelpName = "P" };
        var read = new Option<string[]>("--read") { Description = "a further path that it may read; may be repeated", HelpName = "PATH", AllowMultipleArgumentsPerToken = false };
        read.Validators.Add(static result =>
        {
            if (result.Tokens.Any(static token => token.Value.Length == 0))
                result.AddError("--read needs a path, not ''.");
        });
        var allow = Hosts("--allow-host", "a host that it may reach, such as example.org, *.example.org:443 or *; may be repeated; the profile is then command-networked unless you name one");
        var deny = Hosts("--deny-host", "a host that it may not reach, which wins; may be repeated");
        var secrets = SecretOption.Create("a secret that it can use for one host and never sees: the variable NAME holds a placeholder; may be repeated");
        var folder = new Option<string?>("--cwd") { Description = "the folder to start in (default: this one)", HelpName = "D" };
        var environment = new Option<string[]>("--env", "-e") { Description = "an environment variable; may be repeated", HelpName = "K=V", AllowMultipleArgumentsPerToken = false };
        var timeout = Options.Seconds("end it after this long", "--timeout");
        var idle = Options.Seconds("end it when it has written nothing for this long", "--idle-timeout");
        var memory = new Option<string?>("--memory") { Description = "limit the address space of each process to N bytes; K, M and G are accepted", HelpName = "N" };
        var terminal = Options.Flag("run it in a terminal of its own, which interactive programs need", "--pty");
        var ask = Options.Flag("ask at the terminal about files and hosts that it needs and was not granted", "--ask");
        var scratch = new Option<string?>("--scratch") { Description = "let it change an overlay of the folder, kept under this name, instead of the folder: see actorbrowser scratch", HelpName = "NAME" };
        var json = Options.Flag("print one JSON object about how it ended instead of its output", "--json");
        var detach = Options.Flag("print its handle and leave it to a running 'serve'; see ps, logs, attach, kill", "--detach", "-d");
        var alone = Options.Flag("do not use a running 'serve'", "--alone");
        var command = new Command(Name,
            """
            Runs a program in the command runner, with input and output passed through. It never gets the terminal that exec
            runs in: what is typed reaches it through a pipe, or, with --pty, through a terminal of its own.

            When it has ended, and its --timeout is over or exec is interrupted, output that nobody takes for 2 seconds is
            given up.

            Exit codes:
              the command's own; 128 + n when signal n ended it
              124  it reached its total or its idle timeout
              126  it may not be executed, or is not a program
              127  it was not found
               23  its output could not be written; 141 if the reader is gone
                2  the command line is wrong, and nothing was started
               69  no runner is available
               70  internal error: a defect; please report it
               75  the runner was lost, and the program was killed
            """)
        {
            arguments, profile, read, allow, deny, secrets, folder, environment, timeout, idle, memory, terminal, ask, scratch, json, detach, alone,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            ExecOptions options;
            try
            {
                options = new ExecOptions(
                    RawArguments.Of(parsed.GetValue(arguments)!), parsed.GetValue(profile), Resolved(parsed.GetValue(folder)),
                    [.. (parsed.GetValue(environment) ?? []).Select(ExecOptions.ParseVariable)],
                    Seconds(parsed.GetValue(timeout)), Seconds(parsed.GetValue(idle)),
                    parsed.GetValue(memory) is { } size ? ExecOptions.ParseSize(size) : 0,
                    parsed.GetValue(terminal), parsed.GetValue(json), [.. (parsed.GetValue(read) ?? []).Select(Path.GetFullPath)], parsed.GetValue(ask), parsed.GetValue(scratch),
                    [.. parsed.GetValue(allow) ?? [], .. (parsed.GetValue(deny) ?? []).Select(static rule => "!" + rule)])
                { Detached = parsed.GetValue(detach), Alone = parsed.GetValue(alone) };
                options = options with { Secrets = SecretOption.Read(parsed.GetValue(secrets), [.. options.Read, .. FolderOf(options) is { } start ? new[] { start } : []]) };
            }
            catch (FormatException e)
            {
                await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
                return ExitCodes.Usage;
            }
            return await RunAsync(options, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Returns how many of the arguments belong to the command to run; 0 for another verb.</summary>
    internal static int CommandLengthOf(ParseResult parsed) =>
        parsed.CommandResult.Command is { Name: Name } exec && exec.Arguments is [var command] ? parsed.GetResult(command)?.Tokens.Count ?? 0 : 0;

    /// <summary>An option that takes rules of a named egress.</summary>
    internal static Option<string[]> Hosts(string name, string description)
    {
        var hosts = new Option<string[]>(name) { Description = description, HelpName = "RULE", AllowMultipleArgumentsPerToken = false };
        hosts.Validators.Add(result =>
        {
            if (EgressRules.Problem([.. result.Tokens.Select(static token => token.Value)]) is { } problem)
                result.AddError(problem);
            else if (result.Tokens.Any(static token => token.Value.StartsWith('!')))
                result.AddError($"{name} takes a rule without '!'; --deny-host denies.");
        });
        return hosts;
    }

    // Of one name given twice, the last counts.
    private static Dictionary<string, CommandText> VariablesOf(ExecOptions options)
    {
        var variables = new Dictionary<string, CommandText>(StringComparer.Ordinal);
        foreach (var (name, value) in options.Environment)
            variables[name] = value;
        return variables;
    }

    // On Windows a command starts in a full path only. A path without its drive (\tools), or without its root (C:), stays what it is, and is refused.
    private static string? Resolved(string? folder) => OperatingSystem.IsWindows() && folder is { Length: > 0 } && !Path.IsPathRooted(folder) ? Path.GetFullPath(folder) : folder;

    private static TimeSpan? Seconds(double? seconds) => seconds is { } given ? TimeSpan.FromSeconds(given) : null;

    /// <summary>Returns this process's folder; null if the folder is gone or its name is not UTF-8: in a world the command then starts in /.</summary>
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

    // Null for a name that cannot be one, and if this process's folder is gone: the start of the command says so.
    private static string? FolderOf(ExecOptions options)
    {
        try
        {
            return options.Folder is { } given ? Path.GetFullPath(given) : CurrentFolder()?.ToString();
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return null;
        }
    }

    // The shipped profile whose commands have no folder.
    private const string WithoutFolder = "command-none";

    private static async Task<int> RunAsync(ExecOptions options, CancellationToken cancellation)
    {
        if (StandardInput.IsFolder(0))
        {
            await Complaint.WriteAsync($"the standard input is {StandardInput.UnfitFor(0)?.TrimEnd('.')}").ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        using var asks = options.Ask ? LocalTerminal.OpenControlling() : null;
        if (options.Ask && (options.Terminal || asks is null || !LocalTerminal.IsInForeground(asks.Value)))
        {
            await Complaint.WriteAsync(options.Terminal ? "--ask and --pty cannot be combined: in a terminal of its own the program gets every key."
                : "--ask needs a terminal at which somebody can answer, and exec in its foreground.").ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        // A command may not be given the folder in which somebody has typed it, and would change nothing there.
        if (options.Profile != WithoutFolder && options.Scratch is null && CommandWorkspace.RefusalOf(FolderOf(options)) is { } why)
            await Complaint.WriteAsync(why).ConfigureAwait(false);
        foreach (var missing in options.Read.Where(static path => !Path.Exists(path)))
            await Complaint.WriteAsync($"nothing is at {missing}: --read grants nothing there").ConfigureAwait(false);
        if (ServedExec.TryRun(options, cancellation, out var served))
            return served is null ? ExitCodes.Success : await ReportAsync(served, options.Json, 0).ConfigureAwait(false);
        // Raw mode is entered last and left first, so that the terminal is always restored.
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        var size = LocalTerminal.TryGetSize(0, out var columns, out var rows) && columns > 0 && rows > 0 ? (columns, rows) : (80, 24);
        using var typed = !options.Terminal && StandardInput.IsTerminal(0) ? new TypedInput() : null;
        var spawn = new Spawn(options.Arguments)
        {
            Profile = options.ProfileOrNetworked,
            Egress = options.Hosts.Count > 0 ? options.Hosts : null,
            Secrets = options.Secrets,
            Read = options.Read,
            Scratch = options.Scratch,
            OnRefusal = options.Ask ? RefusalMode.Ask : RefusalMode.Deny,
            Folder = options.Folder is { } folder ? folder : CurrentFolder(),
            Environment = CommandEnvironment.Default with { Variables = VariablesOf(options) },
            TotalTimeout = options.Timeout,
            IdleTimeout = options.IdleTimeout,
            Limits = new CommandLimits(options.Memory, 0, 0, 0, 0, 0),
            Input = options.Terminal ? CommandInput.None : OperatingSystem.IsWindows() ? CommandInput.Pipe : CommandInput.Descriptor,
            InputDescriptor = options.Terminal || OperatingSystem.IsWindows() ? null : typed?.Command ?? StandardInput.Duplicate(),
            // If both streams go to the same file, one pipe keeps the order in which the program writes.
            Output = options.Terminal ? CommandOutput.Terminal : !options.Json && LocalTerminal.AreOneFile(1, 2) ? CommandOutput.Merged : CommandOutput.Piped,
            Columns = size.Item1,
            Rows = size.Item2,
        };
        var done = new TaskCompletionSource<ExecReceiver.End>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var turn = asks is null ? null : new SemaphoreSlim(1, 1);
        var prompt = asks is null ? ActorRefs.Nobody : browser.System.ActorOf(Props.Create(() => new AskPrompt(asks, browser.Browser, typed, turn)));
        using var raw = options.Terminal ? LocalTerminal.EnterRawMode(0) : null;
        using IExecInput? keyboard = OperatingSystem.IsWindows() ? new WindowsInput(options.Terminal) : options.Terminal ? new TerminalInput() : null;
        var session = browser.System.ActorOf(Props.Create(() => new ExecReceiver(browser.Browser, spawn, options.Json, keyboard, typed, turn, done)));
        await using var interrupted = cancellation.UnsafeRegister(_ => session.Tell(ExecReceiver.Interrupt.Instance, ActorRefs.NoSender), null).ConfigureAwait(false);
        keyboard?.Start(session);
        var (outcome, unwritten) = await EndOfAsync(done.Task, prompt).ConfigureAwait(false);
        typed?.Dispose();
        raw?.Dispose();
        if (outcome is CommandClosed { Exit.Cause: ExitCause.RunnerLost })
            browser.OnLoss();
        return await ReportAsync(outcome, options.Json, unwritten).ConfigureAwait(false);
    }

    /// <summary>Says how a command ended, or why it was not started.</summary>
    /// <param name="outcome">A <see cref="SpawnRefused"/> or <see cref="CommandClosed"/>.</param>
    /// <param name="asJson">Whether the end is printed as JSON.</param>
    /// <param name="unwritten">The bytes of output that were given up.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> ReportAsync(IEvent outcome, bool asJson, long unwritten)
    {
        if (outcome is SpawnRefused refused)
        {
            await Complaint.WriteAsync(refused.Message).ConfigureAwait(false);
            return refused.Kind switch
            {
                SpawnFailure.NotFound => NotFound,
                SpawnFailure.NotExecutable or SpawnFailure.Denied => NotExecutable,
                SpawnFailure.InvalidRequest or SpawnFailure.BadFolder => ExitCodes.Usage,
                _ => ExitCodes.Unavailable,
            };
        }
        var closed = (CommandClosed)outcome;
        if (asJson)
            await Console.Out.WriteLineAsync(ExecReport.ToJson(closed)).ConfigureAwait(false);
        else if (closed.Exit.Cause is not (ExitCause.Itself or ExitCause.Kill))
            await SayAsync(ExecReport.Describe(closed)).ConfigureAwait(false);
        else if (ExecReport.NameOf(closed.Exit) is not null)
            await SayAsync($"the command ended with {WindowsStatus.Describe(closed.Exit.ShellCode)}").ConfigureAwait(false);
        if (!asJson && closed.Exit is { Blocked: { } blocked, IsBlockedTold: false })
            await SayAsync(blocked).ConfigureAwait(false);
        if (!asJson && closed.Exit.Appeared.Count > 0)
            await SayAsync($"the command's folder now has {string.Join(", ", closed.Exit.Appeared)}, which did not exist before: other programs may run what it contains").ConfigureAwait(false);
        if (unwritten > 0)
            await SayAsync($"{unwritten} bytes of the command's output were not written: nobody took any for 2 s").ConfigureAwait(false);
        return closed.Exit.Cause switch
        {
            ExitCause.TotalTimeout or ExitCause.IdleTimeout => TimedOut,
            ExitCause.RunnerLost => ExitCodes.ChildLost,
            // Report the signal that ended this program, not the signal that this program sent to the command.
            _ when Interruption.Received != 0 && closed.Exit.Signal is not null => ExitCodes.BySignal + Interruption.Received,
            _ => closed.Exit.ShellCode,
        };
    }

    // The terminal is restored before anything else is written to it.
    private static async Task<ExecReceiver.End> EndOfAsync(Task<ExecReceiver.End> done, IActorRef prompt)
    {
        try
        {
            return await done.ConfigureAwait(false);
        }
        finally
        {
            if (!prompt.IsNobody())
                await prompt.GracefulStop(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        }
    }

    // The error stream may be what nobody reads.
    private static Task SayAsync(string sentence) => StandardStream.TakesErrors(SayTime) ? Complaint.WriteAsync(sentence) : Task.CompletedTask;
}
