using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace ActorBrowser.Cli;

/// <summary><c>ps</c>, <c>logs</c>, <c>attach</c>, <c>kill</c>: the commands of a running <c>serve</c>.</summary>
internal static class ServerVerbs
{
    private static Argument<string> Handle => new("HANDLE") { Description = "the command's handle, as exec --detach and ps print it" };

    internal static Command Ps()
    {
        var json = Options.Flag("print one JSON object per line", "--json");
        var command = new Command("ps", "Lists the commands of a running server, oldest first; those that have ended are kept until 256 newer ones were started.") { json };
        command.SetAction((parsed, _) => ListAsync(parsed.GetValue(json)));
        return command;
    }

    internal static Command Logs()
    {
        var handle = Handle;
        var follow = Options.Flag("go on until the command has ended, and exit with its code", "--follow", "-f");
        var from = Options.Offset("begin at this offset of the output, in bytes, both streams together", "--from");
        var command = new Command("logs",
            """
            Prints the output of a command of a running server: standard output and error go where they went.
            Of long output the first 64 KiB and the last MiB are kept; a line on stderr says how many bytes were not.

            Exit codes: 0; with --follow, or if the command has ended, as exec's; 1 there is no such command; 69 no server runs or answers.
            """)
        {
            handle, follow, from,
        };
        command.SetAction((parsed, cancellation) => ReadAsync(parsed.GetValue(handle)!, parsed.GetValue(from) ?? 0, parsed.GetValue(follow), takesInput: false, cancellation));
        return command;
    }

    internal static Command Attach()
    {
        var handle = Handle;
        var from = Options.Offset("begin at this offset of the output, in bytes, both streams together", "--from");
        var command = new Command("attach",
            """
            Shows a command of a running server until it ends, and exits with its code. If it was started with --pty, what is typed
            goes to its terminal. Ctrl-] leaves it running; so does the end of this program.

            Exit codes: as exec's; 0 after Ctrl-]; 1 there is no such command; 69 no server runs or answers.
            """)
        {
            handle, from,
        };
        command.SetAction((parsed, cancellation) => ReadAsync(parsed.GetValue(handle)!, parsed.GetValue(from) ?? 0, follow: true, takesInput: true, cancellation));
        return command;
    }

    internal static Command Kill()
    {
        var handle = Handle;
        var grace = Options.Seconds("the time between TERM and KILL (default: the command's, 2)", "--grace");
        var command = new Command("kill", "Ends a command of a running server with every process it started, and returns when they are gone. Exit codes: 0; 1 there is no such command; 69 no server runs or answers.") { handle, grace };
        command.SetAction((parsed, _) => KillAsync(parsed.GetValue(handle)!, parsed.GetValue(grace)));
        return command;
    }

    private static async Task<int> ListAsync(bool asJson)
    {
        using var server = ServeClient.Connect();
        using var answer = server.Ask("list", static _ => { });
        var commands = answer.RootElement.GetProperty("commands").EnumerateArray().ToArray();
        if (asJson)
        {
            foreach (var command in commands)
                await Console.Out.WriteLineAsync(VisibleText.Json(command.GetRawText())).ConfigureAwait(false);
            return ExitCodes.Success;
        }
        var table = new Table().RoundedBorder().AddColumns("handle", "status", "pid", "started", "output", "command");
        foreach (var command in commands)
        {
            var status = command.GetProperty("status").GetString()!;
            table.Add(
                command.GetProperty("handle").GetString()!, command.TryGetProperty("exit_code", out var code) ? string.Create(CultureInfo.InvariantCulture, $"{status} {code.GetInt32()}") : status,
                command.GetProperty("pid").GetRawText(), command.GetProperty("started").GetString()![..19], ProgressBar.Size(command.GetProperty("output_bytes").GetInt64()),
                VisibleText.Shorten(VisibleText.Line(command.GetProperty("command").GetString()!), 60));
        }
        Tables.Console.Write(table);
        return ExitCodes.Success;
    }

    private static async Task<int> ReadAsync(string handle, long from, bool follow, bool takesInput, CancellationToken cancellation)
    {
        using var server = ServeClient.Connect();
        server.Send(ServeKind.Request, ServeJson.Request("read", json =>
        {
            json.WriteString("handle", handle);
            json.WriteNumber("from", from);
            json.WriteBoolean("follow", follow);
        }));
        if (!follow)
            server.ExpectNoSilence();
        using var keyboard = takesInput && !OperatingSystem.IsWindows() ? new ServeKeyboard(server) : null;
        // The command goes on.
        await using var interrupted = cancellation.UnsafeRegister(static server => ((ServeClient)server!).End(), server).ConfigureAwait(false);
        keyboard?.Start();
        CommandProtocol.IEvent? outcome;
        try
        {
            outcome = ServedCommand.Follow(server, silent: false);
        }
        catch (ServerLostException) when (keyboard is { HasLeft: true })
        {
            return ExitCodes.Success;
        }
        catch (ServerLostException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        // Before anything is said: the terminal is in raw mode until then.
        keyboard?.Dispose();
        return outcome is null ? ExitCodes.Success : await ExecCommand.ReportAsync(outcome, asJson: false, 0).ConfigureAwait(false);
    }

    private static Task<int> KillAsync(string handle, double? grace)
    {
        using var server = ServeClient.Connect();
        using var answer = server.AskForWork("kill", json =>
        {
            json.WriteString("handle", handle);
            json.WriteNumber("grace", grace is { } seconds ? TimeSpan.FromSeconds(seconds).Ticks : -1);
        });
        return Task.FromResult(ExitCodes.Success);
    }
}
