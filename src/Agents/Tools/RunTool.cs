using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Agents;

/// <summary><c>run_command</c>: a command from its start to its end.</summary>
internal static class RunTool
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(250);

    // Some clients wait for an answer as long as progress is told.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    internal static AgentTool Definition { get; } = new(
        "run_command", "Run a command",
        $"Runs a shell line to its end {CommandFields.Place} and returns its output and exit code. It is ended after timeoutSeconds, 50 unless given; longer work, or what waits for input: start_command.",
        CallAsync)
    {
        Parameters =
        [
            CommandFields.Command,
            new("stdin", ValueKind.Text, OperatingSystem.IsLinux() ? "Its whole standard input; empty for none." : "Leave it empty: input is possible with start_command and write_command.") { Most = 1 << 20 },
            new("timeoutSeconds", ValueKind.Whole, "It is ended after this long, with every process it started.") { Least = 1, Most = 86_400, Otherwise = 50 },
            ToolParts.MaxBytes,
        ],
        Fields =
        [
            .. CommandFields.State,
            new("stdout", ValueKind.Text, "Standard output; its middle is left out where it is longer than maxBytes."),
            new("stderr", ValueKind.Text, "Standard error, likewise."),
            new("whole", ValueKind.Flag, "Whether all output is in this result; otherwise poll_command reads it from offset 0."),
            ToolParts.Notice,
        ],
        IsDestructive = true,
        IsOpenWorld = true,
    };

    private static async Task<ToolResult> CallAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var timeout = Timeout(session, arguments);
        using var input = InputOf(arguments.Text("stdin"));
        var command = await session.Commands.StartAsync(arguments.Text("command"), spawn => spawn with
        {
            TotalTimeout = timeout,
            Input = input is null ? CommandInput.None : CommandInput.Descriptor,
            InputDescriptor = input,
        }, cancellation).ConfigureAwait(false);
        try
        {
            await WatchAsync(session, command, progress, cancellation).ConfigureAwait(false);
            var ended = await session.Commands.EndAsync(command, cancellation).ConfigureAwait(false);
            return Answer(ended, ToolParts.LimitOf(session, arguments));
        }
        catch (OperationCanceledException)
        {
            // The call ends when the command and its processes have.
            await session.Commands.DropAsync(command).ConfigureAwait(false);
            throw;
        }
    }

    internal static TimeSpan Timeout(ToolSession session, ToolArguments arguments)
    {
        var timeout = TimeSpan.FromSeconds(arguments.Whole("timeoutSeconds"));
        return timeout <= session.Options.MaxCommandTime ? timeout
            : throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"timeoutSeconds is {timeout.TotalSeconds}; commands of this session may run for at most {session.Options.MaxCommandTime.TotalSeconds} seconds."));
    }

    private static Interop.SafeDescriptor? InputOf(string text)
    {
        if (text.Length == 0)
            return null;
        if (!OperatingSystem.IsLinux())
            throw new ToolException("stdin is possible on Linux only; use start_command and write_command.");
        return Payload.Share(Encoding.UTF8.GetBytes(text));
    }

    private static async Task WatchAsync(ToolSession session, AgentCommand command, IToolProgress progress, CancellationToken cancellation)
    {
        var (begun, told, last) = (Stopwatch.GetTimestamp(), 0L, -1L);
        using var heartbeat = new PeriodicTimer(Heartbeat, TimeProvider.System);
        await TellAsync($"{command.Handle} runs").ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = session.Browser.Commands.EventsAsync(command.Handle, cancellation: stop.Token).GetAsyncEnumerator(stop.Token);
        await using var ending = events.ConfigureAwait(false);
        var tick = heartbeat.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var next = Task.FromResult(true);
        try
        {
            while (true)
            {
                next = events.MoveNextAsync().AsTask();
                while (await Task.WhenAny(next, tick).ConfigureAwait(false) != next)
                {
                    await TellAsync(string.Create(CultureInfo.InvariantCulture, $"{command.Handle} runs for {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s")).ConfigureAwait(false);
                    tick = heartbeat.WaitForNextTickAsync(CancellationToken.None).AsTask();
                }
                if (!await next.ConfigureAwait(false))
                    return;
                if (events.Current is not OutputChunk chunk || (told != 0 && Stopwatch.GetElapsedTime(told) < TellEvery))
                    continue;
                told = Stopwatch.GetTimestamp();
                await TellAsync(LastLine(chunk.Data.Span)).ConfigureAwait(false);
            }
        }
        finally
        {
            // An enumerator that is being asked cannot be disposed.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Progress must rise, also where two lines come within a millisecond.
        ValueTask TellAsync(string message) => progress.TellAsync(last = Math.Max(last + 1, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds), null, message);
    }

    private static string LastLine(ReadOnlySpan<byte> data)
    {
        data = data.TrimEnd("\r\n"u8);
        return Foreign.Line(Encoding.UTF8.GetString(data[(data.LastIndexOf((byte)'\n') + 1)..]), 200);
    }

    private static ToolResult Answer(CommandSnapshot ended, int most)
    {
        var (output, wholeOutput) = OutputCut.Of(ended.Output, most);
        var (error, wholeError) = OutputCut.Of(ended.Error, most);
        // Each stream has half of the room, and what the other leaves.
        var (outputBytes, errorBytes) = (Encoding.UTF8.GetByteCount(output), Encoding.UTF8.GetByteCount(error));
        if (outputBytes + errorBytes > most)
        {
            var forError = Math.Max(most / 2, most - outputBytes);
            if (errorBytes > forError)
                ((error, wholeError), errorBytes) = (OutputCut.Of(ended.Error, forError), forError);
            if (outputBytes > most - errorBytes)
                (output, wholeOutput) = OutputCut.Of(ended.Output, most - errorBytes);
        }
        // The browser's own sentences stand there, too.
        if (ModelRemedies.In(error) is var told && Encoding.UTF8.GetByteCount(told) + Encoding.UTF8.GetByteCount(output) <= most)
            error = told;
        var shown = CommandFields.Of(ended);
        (shown["stdout"], shown["stderr"], shown["whole"], shown["notice"]) = (output, error, wholeOutput && wholeError, Foreign.Notice);
        var text = new StringBuilder(CommandFields.Say(ended));
        if (output.Length > 0)
            text.Append('\n').Append(Foreign.Mark("its standard output", output));
        if (error.Length > 0)
            text.Append('\n').Append(Foreign.Mark("its standard error", error));
        if (!wholeOutput || !wholeError)
            text.Append(CultureInfo.InvariantCulture, $"\nIt wrote {ended.Position} bytes; poll_command with handle \"{ended.Handle}\" reads them from offset 0.");
        return new ToolResult(text.ToString(), shown);
    }
}
