using Akka.Actor;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.Samples.Guide;

// <!-- permissions -->
/// <summary>Lets commands read what is in one folder; somebody else, or the deadline, decides the rest.</summary>
public sealed class SharedFolder(string folder) : UntypedActor
{
    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(PermissionRequested));

    protected override void OnReceive(object message)
    {
        // A rule compares the path as it is here: it is absolute and holds no link.
        if (message is FileRequested { Access: FilePermission.Read } file && file.Path.StartsWith(folder + "/", StringComparison.Ordinal))
            Sender.Tell(new Decide(file.Id, PermissionDecision.AllowForSession));
        else if (message is PermissionRequested other)
            Sender.Tell(new Decide(other.Id, PermissionDecision.Deny, "Only the shared folder is readable."));
    }
}
// <!-- /permissions -->

/// <summary>Commands that ask.</summary>
public static class Permissions
{
    // <!-- asking -->
    public static async Task AskAsync(IActorRef browser, string shared, string secret)
    {
        var commands = BrowserClient.For(browser).Commands;
        var read = await commands.RunAsync(Spawn.Shell($"cat '{shared}' '{secret}'") with { OnRefusal = RefusalMode.Ask });
        Console.WriteLine($"read: {read.Output.ToString().Trim()}");
        Console.WriteLine(read.Exit!.Blocked);
    }
    // <!-- /asking -->

    // <!-- scratch -->
    public static async Task TryAsync(IActorRef browser, string folder)
    {
        var commands = BrowserClient.For(browser).Commands;
        await commands.RunAsync(Spawn.Shell("echo tried > result") with { Folder = folder, Scratch = "try" });
        var scratch = commands.Scratch("try");
        foreach (var change in await scratch.ChangesAsync())
            Console.WriteLine($"{change.Kind} {change.Path}");
        // Or scratch.Discard(): the folder is what it was.
        await scratch.ApplyAsync();
    }
    // <!-- /scratch -->

    /// <summary>Runs both in folders that it makes and removes.</summary>
    public static async Task RunAsync(IActorRef browser, ActorSystem system)
    {
        var folder = Directory.CreateTempSubdirectory("guide-");
        var (shared, work) = (folder.CreateSubdirectory("shared").FullName, folder.CreateSubdirectory("work").FullName);
        var (file, secret) = (Path.Combine(shared, "file"), Path.Combine(folder.FullName, "secret"));
        await File.WriteAllTextAsync(file, "shared text\n");
        await File.WriteAllTextAsync(secret, "secret text\n");
        var policy = system.ActorOf(Props.Create(() => new SharedFolder(shared)));
        // Answered when the actor has subscribed.
        await policy.Ask<ActorIdentity>(new Identify(null));
        await AskAsync(browser, file, secret);
        await TryAsync(browser, work);
        Console.WriteLine($"applied: {(await File.ReadAllTextAsync(Path.Combine(work, "result"))).Trim()}");
        folder.Delete(recursive: true);
    }
}
