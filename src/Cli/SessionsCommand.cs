using System.CommandLine;
using System.Threading.Channels;
using ActorBrowser.Interop;
using Akka.Actor;
using Spectre.Console;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>sessions</c>: runs several commands at once, in a live table.</summary>
internal static class SessionsCommand
{
    private static readonly string[] Examples =
    [
        "for i in 1 2 3 4 5 6 7 8; do echo step $i of 8; sleep 0.25; done",
        "head -c 50000000 /dev/zero | wc -c",
        "trap '' TERM; while :; do echo I ignore TERM; sleep 0.5; done",
        "echo leaving a process behind; sleep 60 & exit 3",
        "sleep 60",
    ];

    private static readonly string[] WindowsExamples =
    [
        "for /l %i in (1,1,8) do @echo step %i of 8",
        "echo leaving a process behind& start /b ping -n 60 127.0.0.1 >NUL & exit 3",
        "ping -n 60 127.0.0.1 >NUL",
    ];

    internal static Command Create()
    {
        var lines = new Argument<string[]>("LINE") { Description = "shell lines to run; without any, some examples", Arity = ArgumentArity.ZeroOrMore };
        var timeout = Options.Seconds("end each after this long (default 3)", "--timeout");
        var command = new Command("sessions", "Runs several shell lines at once, each as a session, and shows them in a live table.") { lines, timeout };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetValue(lines) is { Length: > 0 } given ? given : OperatingSystem.IsWindows() ? WindowsExamples : Examples, TimeSpan.FromSeconds(parsed.GetValue(timeout) ?? 3), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] lines, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        var rows = Array.ConvertAll(lines, static line => new SessionRow(line));
        // One entry is enough to signal a change: drawing shows the rows' current state.
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        foreach (var row in rows)
            browser.System.ActorOf(Props.Create(() => new SessionWatcher(browser.Browser, row, timeout, changes.Writer)));
        if (Console.IsOutputRedirected)
            await LiveTable.FollowAsync(changes.Reader, static () => { }, () => AreOver(rows), cancellation).ConfigureAwait(false);
        else
            await Tables.Console.Live(Render(rows)).StartAsync(live => LiveTable.FollowAsync(changes.Reader, () => live.UpdateTarget(Render(rows)), () => AreOver(rows), cancellation)).ConfigureAwait(false);
        if (Console.IsOutputRedirected)
            Tables.Console.Write(Render(rows));
        return ExitCodes.Success;
    }

    private static bool AreOver(SessionRow[] rows) => Array.TrueForAll(rows, static row => row.IsOver);

    private static Table Render(SessionRow[] rows)
    {
        var table = new Table().RoundedBorder().AddColumns("session", "command", "state", "pid", "output", "last line");
        foreach (var row in rows)
            table.Add(row.Handle, VisibleText.Shorten(VisibleText.Line(row.Line), 40), row.State, row.ProcessId, ProgressBar.Size(row.Bytes), VisibleText.Shorten(VisibleText.Line(row.LastLine), 40));
        return table;
    }

    /// <summary>One row of the table; its watcher writes it, drawing reads it.</summary>
    private sealed class SessionRow(string line)
    {
        // More than a row shows.
        private const int LongestEnd = 1024;

        // A text may end anywhere: within a line, or between the two characters of a line's end.
        private string _end = "";

        internal string Line { get; } = line;

        internal string Handle { get; set; } = "";

        internal string State { get; set; } = "starting";

        internal string ProcessId { get; set; } = "";

        internal long Bytes { get; set; }

        internal string LastLine { get; set; } = "";

        internal void Say(string text)
        {
            _end = string.Concat(_end, text);
            _end = _end[Math.Max(0, _end.Length - LongestEnd)..];
            LastLine = _end.TrimEnd('\n', '\r').Split('\n')[^1];
        }

        internal bool IsOver { get; set; }
    }

    private sealed class SessionWatcher(IActorRef browser, SessionRow row, TimeSpan timeout, ChannelWriter<bool> changes) : UntypedActor
    {
        protected override void PreStart() => browser.Tell(Spawn.Shell(row.Line) with { TotalTimeout = timeout, Subscription = new Subscribe(Self) { Text = true, Credit = 1 << 20 } });

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Spawned spawned:
                    (row.Handle, row.ProcessId, row.State) = (spawned.Handle, $"{spawned.ProcessId}", "running");
                    break;
                case SpawnRefused refused:
                    (row.State, row.LastLine, row.IsOver) = ($"refused: {refused.Kind}", refused.Message, true);
                    break;
                case OutputText text:
                    row.Bytes += text.Bytes;
                    row.Say(text.Text);
                    Sender.Tell(new GrantOutput(Math.Max(1, text.Bytes)));
                    break;
                case CommandExited exited:
                    row.State = Describe(exited.Exit);
                    break;
                case CommandClosed closed:
                    row.State = Describe(closed.Exit) + (closed.Survivors > 0 ? $", {closed.Survivors} left behind and killed" : "");
                    row.IsOver = true;
                    break;
                default:
                    break;
            }
            changes.TryWrite(true);
        }

        private static string Describe(CommandExit exit)
        {
            var how = exit.Signal is { } signal ? $"signal {signal}" : $"exit {(exit.ExitCode is { } code ? WindowsStatus.Here(code) : "unknown")}";
            return exit.Cause == Transport.ExitCause.Itself ? how : $"{exit.Cause} ({how})";
        }
    }
}
