using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ActorBrowser.Cli;

/// <summary><c>top</c>: the task manager of a running <c>serve</c>, in a terminal.</summary>
internal static class TopCommand
{
    private static readonly string[] s_orders = ["tree", "role", "cpu", "memory", "in-flight", "uptime", "restarts"];

    internal static Command Create()
    {
        var once = Options.Flag("print one picture and exit", "--once");
        var json = Options.Flag("print JSON, one object for each picture", "--json");
        var sort = new Option<string?>("--sort") { Description = $"what the processes are sorted by: {string.Join(", ", s_orders)}", HelpName = "KEY" };
        var command = new Command("top",
            """
            Shows every process of a running server: role, site or command, confinement, processor, memory, requests, uptime and
            restarts, each two seconds. On a terminal, keys sort (T R P M F U S), choose (arrows) and end, reload or drain the chosen
            process (e r d); q leaves. Elsewhere it prints the table each two seconds.

            Exit codes: 0; 69 no server runs; 75 the server has ended; 128 + n when signal n arrived.
            """)
        {
            once, json, sort,
        };
        command.SetAction((parsed, cancellation) => RunAsync(OrderOf(parsed.GetValue(sort)), parsed.GetValue(once), parsed.GetValue(json), cancellation));
        return command;
    }

    private static TopOrder OrderOf(string? name) => name is null ? TopOrder.Tree
        : Array.IndexOf(s_orders, name) is >= 0 and var at ? (TopOrder)at
        : throw new UsageException($"--sort takes one of {string.Join(", ", s_orders)}, not '{name}'.");

    private static async Task<int> RunAsync(TopOrder order, bool once, bool asJson, CancellationToken cancellation)
    {
        if (!once && !asJson && !Console.IsOutputRedirected && TopKeys.TryStart() is { } keys)
        {
            using (keys)
                return await WatchAsync(new TopView(order), keys, cancellation).ConfigureAwait(false);
        }
        while (true)
        {
            await PrintAsync(Ask(), order, asJson).ConfigureAwait(false);
            if (once)
                return ExitCodes.Success;
            await Task.Delay(ProcessWatch.Interval, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task PrintAsync(Picture picture, TopOrder order, bool asJson)
    {
        if (asJson)
        {
            await Console.Out.WriteLineAsync(VisibleText.Json(JsonSerializer.Serialize(picture, PictureJson.Default.Picture))).ConfigureAwait(false);
            return;
        }
        var lines = TopTable.Arrange(picture, order).Select(one => TopTable.Line(one.Row, one.Level, picture.At));
        await Console.Out.WriteLineAsync(string.Join('\n', [TopTable.Summary(picture), TopTable.Head, .. lines, ""])).ConfigureAwait(false);
    }

    private static async Task<int> WatchAsync(TopView view, TopKeys keys, CancellationToken cancellation)
    {
        view.Show(Ask());
        using var screen = new TopScreen();
        using var changed = new SemaphoreSlim(0);
        // SIGWINCH by its number: the name is not available on every platform that this compiles for.
        using var resized = PosixSignalRegistration.Create((PosixSignal)28, _ => changed.Release());
        var due = Task.Delay(ProcessWatch.Interval, cancellation);
        var pressed = keys.All.WaitToReadAsync(cancellation).AsTask();
        var sized = changed.WaitAsync(cancellation);
        while (true)
        {
            TopScreen.Draw(view);
            await Task.WhenAny(due, pressed, sized).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (sized.IsCompleted)
                sized = changed.WaitAsync(cancellation);
            if (due.IsCompleted)
            {
                view.Show(Ask());
                due = Task.Delay(ProcessWatch.Interval, cancellation);
            }
            if (!pressed.IsCompleted)
                continue;
            if (!await pressed.ConfigureAwait(false))
                return ExitCodes.Success;
            while (keys.All.TryRead(out var key))
            {
                var (goesOn, order) = view.Press(key);
                if (!goesOn)
                    return ExitCodes.Success;
                if (order is var (number, what))
                    view.Say(Give(number, what));
            }
            pressed = keys.All.WaitToReadAsync(cancellation).AsTask();
        }
    }

    private static Picture Ask()
    {
        using var server = ServeClient.Connect();
        using var answer = server.Ask("picture", static _ => { });
        return answer.Deserialize(PictureJson.Default.Picture) ?? throw new ServerRefusedException("The server gave no picture.");
    }

    private static string Give(long number, ProcessOrder order)
    {
        using var server = ServeClient.Connect();
        using var answer = server.Ask("order", json =>
        {
            json.WriteNumber("number", number);
            json.WriteNumber("order", (int)order);
        });
        return answer.RootElement.GetProperty("sentence").GetString()!;
    }
}
