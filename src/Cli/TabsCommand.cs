using System.CommandLine;
using System.Globalization;
using System.Threading.Channels;
using Akka.Actor;
using Spectre.Console;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>tabs URL...</c>: opens many pages at once, each in its own process, in a live table with keys.</summary>
internal static class TabsCommand
{
    // DECCKM and DECKPNM: the keypad mode that a shell expects.
    private const string KeypadForNumbers = "\e[?1l\e>";

    internal static Command Create()
    {
        var urls = new Argument<string[]>("URL") { Description = "http or https URLs", Arity = ArgumentArity.OneOrMore };
        var images = Options.Flag("fetch and decode the pages' images as well", "--images");
        var stay = Options.Flag("stay after all pages have loaded, until q is pressed (the default on a terminal)", "--stay");
        var command = new Command("tabs", "Opens each page in its own tab and shows all in a live table. Keys: up, down, r reload, k kill the renderer, c close, q quit.") { urls, images, stay };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(urls)!, parsed.GetValue(images), parsed.GetValue(stay) || !(Console.IsInputRedirected || Console.IsOutputRedirected), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] urls, bool images, bool stay, CancellationToken cancellation)
    {
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var rows = urls.Select(static url => new TabRow(url)).ToList();
        // As many tabs at a time as renderers can be had: a tab keeps its renderer as long as it is open.
        var places = ActorBrowserSettings.From(browser.System.Settings.Config).Tabs.Renderers.MaxProcesses;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var opening = TabRow.OpenAllAsync(browser, rows, places, images, keeps: stay, changes.Writer, over.Token);
        if (Console.IsOutputRedirected)
        {
            await LiveTable.FollowAsync(changes.Reader, static () => { }, () => opening.IsFaulted || (!stay && rows.TrueForAll(static row => row.IsSettled)), cancellation).ConfigureAwait(false);
            Tables.Console.Write(Render(rows, -1));
        }
        else
        {
            await LiveAsync(rows, changes, opening, stay, cancellation).ConfigureAwait(false);
        }
        await over.CancelAsync().ConfigureAwait(false);
        await opening.ConfigureAwait(false);
        return rows.TrueForAll(static row => row.State is "loaded" or "closed") ? ExitCodes.Success : ExitCodes.CouldNotLoad;
    }

    private static async Task LiveAsync(List<TabRow> rows, Channel<bool> changes, Task opening, bool stay, CancellationToken cancellation)
    {
        var selected = 0;
        var quit = false;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Memory and processor time change without an event, so redraw every second.
        var clock = RepeatAsync(TimeSpan.FromSeconds(1), () => changes.Writer.TryWrite(true), over.Token);
        var readsKeys = stay && !Console.IsInputRedirected;
        var keys = readsKeys ? Task.Factory.StartNew(() => ReadKeys(OnKey), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default) : Task.CompletedTask;
        try
        {
            await Tables.Console.Live(Render(rows, selected)).StartAsync(live => LiveTable.FollowAsync(
                changes.Reader, () => live.UpdateTarget(Render(rows, selected)), () => quit || opening.IsFaulted || (!stay && rows.TrueForAll(static row => row.IsSettled)), cancellation)).ConfigureAwait(false);
        }
        finally
        {
            // The console switches the keypad's mode to read keys, and never switches it back.
            if (readsKeys)
                await StandardOutput.Terminal.WriteAsync(KeypadForNumbers).ConfigureAwait(false);
        }
        await over.CancelAsync().ConfigureAwait(false);
        await clock.ConfigureAwait(false);
        if (quit)
            await keys.ConfigureAwait(false);

        bool OnKey(ConsoleKey key)
        {
            var row = rows[selected];
            switch (key)
            {
                case ConsoleKey.UpArrow:
                    selected = Math.Max(0, selected - 1);
                    break;
                case ConsoleKey.DownArrow:
                    selected = Math.Min(rows.Count - 1, selected + 1);
                    break;
                case ConsoleKey.R:
                    row.Tab.Tell(new Reload());
                    break;
                case ConsoleKey.K:
                    row.Tab.Tell(new KillRenderer());
                    break;
                case ConsoleKey.C:
                    row.Tab.Tell(new Close());
                    break;
                case ConsoleKey.Q:
                    quit = true;
                    break;
                default:
                    break;
            }
            changes.Writer.TryWrite(true);
            return !quit;
        }
    }

    private static void ReadKeys(Func<ConsoleKey, bool> take)
    {
        while (take(Console.ReadKey(intercept: true).Key))
        {
            // Reads the next key.
        }
    }

    private static async Task RepeatAsync(TimeSpan interval, Action action, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
                action();
        }
        catch (OperationCanceledException)
        {
            // The table closed.
        }
    }

    private static Table Render(List<TabRow> rows, int selected)
    {
        var table = new Table().RoundedBorder().AddColumns("tab", "title", "state", "process", "memory", "cpu");
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var (memory, cpu) = ProcessUse.Of(row.ProcessId);
            table.Add(
                (i == selected ? "▶ " : "  ") + (i + 1).ToString(CultureInfo.InvariantCulture), VisibleText.Shorten(VisibleText.Line(row.Title.Length > 0 ? row.Title : row.Url), 60), row.State, row.ProcessId == 0 ? "" : $"{row.ProcessId}", memory, cpu);
        }
        return table;
    }
}

/// <summary>A process's memory and processor time, for humans.</summary>
internal static class ProcessUse
{
    internal static (string Memory, string Cpu) Of(int processId)
    {
        if (processId == 0)
            return ("", "");
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return (ProgressBar.Size(process.WorkingSet64), $"{process.TotalProcessorTime.TotalSeconds:0.00} s");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // The process has ended meanwhile.
            return ("", "");
        }
    }
}
