using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.TestChild;

/// <summary>
/// A parent to be killed: <c>parent ROLE COUNT</c> launches children of a role, pokes each once it is ready, prints their
/// pids, and waits to be killed. <c>exit CODE</c> exits at once.
/// </summary>
internal static class ParentMode
{
    internal static int Run(string[] args)
    {
        switch (args)
        {
            case ["parent", var role, var count]:
                RunAsync(role, int.Parse(count, null)).GetAwaiter().GetResult();
                return 0;
            case ["exit", var code]:
                return int.Parse(code, null);
            default:
                Console.Error.WriteLine("usage: parent ROLE COUNT | exit CODE");
                return 2;
        }
    }

    private static async Task RunAsync(string role, int count)
    {
        var children = new List<(ChildProcess, SocketChannel)>();
        for (var i = 0; i < count; i++)
        {
            var channel = SocketChannel.CreatePair(ChannelLimits.Default, out var childEnd);
            var process = await ChildLauncher.LaunchAsync(new ChildLaunch { Role = role, Executable = ChildExecutable.Current, Channel = childEnd });
            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            channel.Start(new Poke(channel, ready));
            await ready.Task;
            children.Add((process, channel));
        }
        Console.WriteLine(string.Join(' ', children.Select(c => c.Item1.Id)));
        await Task.Delay(Timeout.Infinite);
        GC.KeepAlive(children);
    }

    private sealed class Poke(SocketChannel channel, TaskCompletionSource ready) : IFrameHandler
    {
        public ProtocolViolation? OnFrame(in Frame frame)
        {
            if (frame.Type == MessageType.Hello)
                channel.Write(0, new ChildArgs(1 << 20, 4, default));
            if (frame.Type == MessageType.Ready)
            {
                channel.Write(1, new RoleMessage(0, default));
                ready.TrySetResult();
            }
            return null;
        }

        public void OnBatchEnd() => channel.Flush();

        public void OnClosed(ChannelClosed closed) => ready.TrySetException(new IOException($"The child ended: {closed}"));
    }
}
