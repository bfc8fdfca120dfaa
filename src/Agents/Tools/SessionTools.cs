using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Agents;

/// <summary><c>start_command</c>, <c>poll_command</c>, <c>write_command</c>, <c>stop_command</c>: a command that runs while the model does other things.</summary>
internal static class SessionTools
{
    // How long output that has begun is collected.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan InputTime = TimeSpan.FromSeconds(2);

    private static readonly (string Name, int Number)[] Signals = [("HUP", 1), ("INT", 2), ("QUIT", 3), ("USR1", 10), ("USR2", 12), ("TERM", 15), ("CONT", 18), ("STOP", 19)];

    internal static AgentTool Start { get; } = new(
        "start_command", "Start a command",
        $"Starts a shell line {CommandFields.Place} and returns its handle at once. poll_command reads its output, write_command writes to it, stop_command ends it.",
        StartAsync)
    {
        Parameters =
        [
            CommandFields.Command,
            new("terminal", ValueKind.Flag, "Whether it runs in a terminal, which interactive programs need. Without one, standard output and error are told apart."),
            new("timeoutSeconds", ValueKind.Whole, "It is ended after this long, with every process it started.") { Least = 1, Most = 86_400, Otherwise = 3600 },
        ],
        Fields = [.. CommandFields.State],
        IsDestructive = true,
        IsOpenWorld = true,
    };

    internal static AgentTool Poll { get; } = new(
        "poll_command", "Read a command's output",
        "Returns a command's state and its output from an offset on. Waits until there is new output or the command has ended, at most waitSeconds. Pass nextOffset to the next call: no byte is missed or returned twice.",
        PollAsync)
    {
        Parameters =
        [
            CommandFields.Handle,
            new("offset", ValueKind.Whole, "Where in the output to begin, in bytes, both streams together: 0, or nextOffset of the call before.") { Most = ToolParts.MostOffset, Otherwise = 0 },
            ToolParts.MaxBytes,
            new("waitSeconds", ValueKind.Whole, "How long to wait for output or the end; 0 not to wait.") { Most = 300, Otherwise = 10 },
        ],
        Fields =
        [
            .. CommandFields.State,
            new("output", ValueKind.Text, "Output in the order in which it was written, both streams together."),
            new("offset", ValueKind.Whole, "Where this output begins, in bytes."),
            new("nextOffset", ValueKind.Whole, "Where the next output begins."),
            new("more", ValueKind.Flag, "Whether there is more output already."),
            ToolParts.Notice,
        ],
        IsReadOnly = true,
        IsIdempotent = true,
    };

    internal static AgentTool Write { get; } = new(
        "write_command", "Write to a command",
        "Writes text to a running command's standard input or terminal, closes its input, or sends it a signal. A line ends with \\n.",
        WriteAsync)
    {
        Parameters =
        [
            CommandFields.Handle,
            new("text", ValueKind.Text, "What to write.") { Most = 1 << 20 },
            new("offset", ValueKind.Whole, "Where in the input the text belongs, in bytes, so that it can be sent again if its arrival is in doubt; otherwise it is appended.") { Most = ToolParts.MostOffset },
            new("closeInput", ValueKind.Flag, "Close its input after the text: the command reads the end of the file."),
            new("signal", ValueKind.Text, "Send its process group this signal, after the text.") { Choices = [.. Signals.Select(static one => one.Name)] },
        ],
        Fields =
        [
            new("handle", ValueKind.Text, "The command's handle."),
            new("takenBytes", ValueKind.Whole, "How much of all input the command has read so far; absent if it has not read the text yet, which then waits for it.", IsOptional: true),
            new("isInputClosed", ValueKind.Flag, "Whether the command takes no more input."),
        ],
        IsDestructive = true,
        IsOpenWorld = true,
    };

    internal static AgentTool Stop { get; } = new(
        "stop_command", "Stop a command",
        "Ends a command with every process it started, and returns when they are gone. Its output can still be read with poll_command.",
        StopAsync)
    {
        Parameters =
        [
            CommandFields.Handle,
            new("graceSeconds", ValueKind.Whole, "How long it may clean up (SIGTERM) before it is killed; 0 kills it at once.") { Most = 60, Otherwise = 2 },
        ],
        Fields = [.. CommandFields.State],
        IsDestructive = true,
        IsIdempotent = true,
    };

    private static async Task<ToolResult> StartAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var timeout = arguments.Has("timeoutSeconds") ? RunTool.Timeout(session, arguments) : session.Options.MaxCommandTime;
        var terminal = arguments.Flag("terminal");
        var command = await session.Commands.StartAsync(arguments.Text("command"), spawn => spawn with
        {
            TotalTimeout = timeout,
            Input = terminal ? CommandInput.None : CommandInput.Pipe,
            Output = terminal ? CommandOutput.Terminal : CommandOutput.Piped,
        }, cancellation).ConfigureAwait(false);
        var snapshot = await session.Commands.SnapshotAsync(command, CancellationToken.None).ConfigureAwait(false);
        return new ToolResult($"{CommandFields.Say(snapshot)} Read its output with poll_command.", CommandFields.Of(snapshot));
    }

    private static async Task<ToolResult> PollAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var command = session.Commands.Find(arguments.Text("handle"));
        var offset = arguments.Whole("offset");
        var now = await session.Commands.SnapshotAsync(command, cancellation).ConfigureAwait(false);
        if (offset > now.Position)
            throw new ToolException($"offset is {offset}; {command.Handle} has written {now.Position} bytes: pass nextOffset of the call before.");
        var output = new VisibleOutput(ToolParts.LimitOf(session, arguments), offset);
        if (now.Position > offset || now.Status == CommandStatus.Running)
            await CollectAsync(session, command, output, TimeSpan.FromSeconds(arguments.Whole("waitSeconds")), now.Position, cancellation).ConfigureAwait(false);
        now = await session.Commands.SnapshotAsync(command, cancellation).ConfigureAwait(false);
        output.End(isLast: now.Status != CommandStatus.Running && output.Position == now.Position);
        var more = output.Position < now.Position;
        var shown = CommandFields.Of(now);
        (shown["output"], shown["offset"], shown["nextOffset"], shown["more"], shown["notice"]) = (output.Text, offset, output.Position, more, Foreign.Notice);
        var text = new StringBuilder(CommandFields.Say(now));
        text.Append(output.Text.Length > 0 ? $"\n{Foreign.Mark("its output", output.Text)}\n" : " No new output. ");
        text.Append(CultureInfo.InvariantCulture, $"The next offset is {output.Position}{(more ? "; there is more output already" : "")}.");
        return new ToolResult(text.ToString(), shown);
    }

    // Reads until the text is full, the command has ended, or the time is over; output that has begun is read for a moment longer. What was written
    // before the call is read in any case, however slow the machine is.
    private static async Task CollectAsync(ToolSession session, AgentCommand command, VisibleOutput output, TimeSpan wait, long written, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var settles = false;
        if (written <= output.Position)
            enough.CancelAfter(wait == TimeSpan.Zero ? Settle : wait);
        try
        {
            await foreach (var happened in session.Browser.Commands.EventsAsync(command.Handle, output.Position, cancellation: enough.Token).ConfigureAwait(false))
            {
                long read;
                switch (happened)
                {
                    case OutputChunk chunk:
                        output.Append((int)chunk.Stream, chunk.Position, chunk.Data.Span);
                        read = chunk.Position + chunk.Data.Length;
                        break;
                    case OutputGap gap:
                        output.Skip(gap.Position, gap.Bytes);
                        read = gap.Position + gap.Bytes;
                        break;
                    default:
                        continue;
                }
                if (output.IsFull)
                    return;
                if (!settles && read >= written)
                    enough.CancelAfter(Settle);
                settles |= read >= written;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    private static async Task<ToolResult> WriteAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var command = session.Commands.Find(arguments.Text("handle"));
        if (!arguments.Has("text") && !arguments.Flag("closeInput") && !arguments.Has("signal"))
            throw new ToolException("write_command needs text, closeInput or signal.");
        InputTaken? taken = null;
        if (arguments.TryText("text", out var text))
            taken = await WriteAsync(command, new WriteInput(Encoding.UTF8.GetBytes(text)) { Offset = arguments.TryWhole("offset") }, cancellation).ConfigureAwait(false);
        if (arguments.Flag("closeInput"))
            command.Session.Tell(CloseInput.Instance, ActorRefs.NoSender);
        if (arguments.TryText("signal", out var name))
            command.Session.Tell(new CommandProtocol.SendSignal(Array.Find(Signals, one => one.Name == name).Number), ActorRefs.NoSender);
        var shown = new JsonObject { ["handle"] = command.Handle, ["isInputClosed"] = taken is { Ended: true } || arguments.Flag("closeInput") };
        if (taken is not null)
            shown["takenBytes"] = taken.Taken;
        return new ToolResult(taken is { Ended: true } ? $"{command.Handle} takes no more input." : taken is null && text is not null ? $"The text waits: {command.Handle} has not read it yet." : "Done.", shown);
    }

    private static async Task<InputTaken?> WriteAsync(AgentCommand command, WriteInput input, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(InputTime);
        try
        {
            return await Reply.AskAsync<IEvent>(command.Session, input, _ => new ToolException($"{command.Handle} has ended and reads no more."), limit.Token).ConfigureAwait(false) switch
            {
                InputTaken taken => taken,
                InputRefused refused => throw new ToolException(refused.Message),
                var other => throw new InvalidOperationException($"The command answered with {other}."),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<ToolResult> StopAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var command = session.Commands.Find(arguments.Text("handle"));
        var ended = await session.Commands.KillAsync(command, TimeSpan.FromSeconds(arguments.Whole("graceSeconds")), cancellation).ConfigureAwait(false);
        return new ToolResult(CommandFields.Say(ended), CommandFields.Of(ended));
    }
}
