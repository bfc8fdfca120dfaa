using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Samples.Guide;

/// <summary>What code without actors calls.</summary>
public static class Calls
{
    // <!-- download -->
    public static async Task<string> DownloadAsync(IActorRef browser, string url)
    {
        var path = Path.GetTempFileName();
        await using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);
        // Constant memory for any size: each piece that the stream has taken is credit for the next.
        var answer = await BrowserClient.For(browser).DownloadAsync(url, file);
        file.Position = 0;
        return answer.Match(
            response => $"{response.Status}, {response.End.BodyBytes} bytes on disk: {Convert.ToHexString(SHA256.HashData(file))}",
            failure => $"failed ({failure.Kind}): {failure.Message}");
    }
    // <!-- /download -->

    // <!-- commands -->
    public static async Task RunCommandsAsync(IActorRef browser)
    {
        var commands = BrowserClient.For(browser).Commands;
        // A text as standard input; returns exit and output when it has ended. Linux.
        var sorted = await commands.RunAsync(new Spawn(["sort"]), "pear\napple\n");
        Console.WriteLine($"sorted: {sorted.Output.ToString().ReplaceLineEndings(" ")}exit {sorted.Exit!.ShellCode}");

        // Lines of both streams as they arrive; leaving the loop ends the command.
        CommandExit? exit = null;
        await foreach (var line in commands.LinesAsync(Spawn.Shell("echo one; sleep 0.1; echo two; exit 3"), end => exit = end))
            Console.WriteLine($"{line.Stream}: {line.Text}");
        Console.WriteLine($"exit {exit!.ShellCode}");
    }
    // <!-- /commands -->

    // <!-- decode -->
    public static async Task<string> DecodeAsync(IActorRef browser, byte[] file)
    {
        using var image = await BrowserClient.For(browser).DecodeAsync(new ImageProtocol.Decode(file));
        return $"{image.Format}, {image.Width} x {image.Height}: {image.Frame(0).Length} bytes";
    }
    // <!-- /decode -->

    // <!-- lost -->
    public static async Task<string> LoseAsync(IActorRef browser)
    {
        try
        {
            var spawned = await BrowserClient.For(browser).SpawnAsync(WordCounter.Name);
            var child = ChildClient.For(spawned.Child);
            var tooLong = await child.AskAsync(new SendToRole(WordCounter.Reverse, Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Repeat("a", 400_000)))));
            Console.WriteLine(tooLong.Kind == WordCounter.TooLong ? "its answer would have been too long" : "unexpected");
            spawned.Child.Tell(ChildProcessProtocol.Kill.Instance);
            await child.AskAsync(new SendToRole(WordCounter.Count, default));
            return "unexpected";
        }
        catch (ChildLostException lost)
        {
            // The exit record (null if the browser does not remember the child) and the last lines of stderr.
            return $"lost: {lost.Exited?.Reason.ToString() ?? "unknown"}, {lost.LastStderrLines.Count} lines on stderr";
        }
    }
    // <!-- /lost -->

    // <!-- stopped -->
    public static async Task<string> AfterTheStopAsync(IActorRef browser, string url)
    {
        try
        {
            await BrowserClient.For(browser).FetchAsync(new FetchProtocol.Fetch(url));
            return "unexpected";
        }
        catch (BrowserStoppedException e)
        {
            return e.Message;
        }
    }
    // <!-- /stopped -->
}
