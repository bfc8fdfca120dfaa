using System.Diagnostics;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.Bench;

/// <summary>
/// A child with only its launcher and its channel, without actors. It measures the cost of the process and the wire, so that
/// the table shows the cost of the actors.
/// </summary>
internal sealed class BareChild : IFrameHandler, IDisposable
{
    private readonly SocketChannel _channel;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _roleArgs;
    private ChildProcess? _process;
    private TaskCompletionSource? _answers;
    private int _awaited;

    private BareChild(SocketChannel channel, byte[] roleArgs)
    {
        _channel = channel;
        _roleArgs = roleArgs;
    }

    internal int Id => _process!.Id;

    internal static async Task<BareChild> StartAsync(BenchContext context, string role, byte[]? roleArgs = null, string? program = null)
    {
        var child = new BareChild(SocketChannel.CreatePair(ChannelLimits.Default, out var childEnd), roleArgs ?? []);
        try
        {
            child._process = await ChildLauncher.LaunchAsync(new ChildLaunch
            {
                Role = role,
                Executable = ChildExecutable.FromPath(program ?? context.ChildExecutable),
                Channel = childEnd,
            });
            child._channel.Start(child);
            await child._ready.Task;
            return child;
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    /// <summary>Launches a renderer, returns the milliseconds until its Ready, and stops it.</summary>
    internal static async Task<double> TimeToReadyAsync(BenchContext context)
    {
        var start = Stopwatch.GetTimestamp();
        using var child = await StartAsync(context, "renderer");
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Sends so many Pings at once and completes with the last Pong.</summary>
    internal Task PingAsync(int count)
    {
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited = count;
        _answers = answers;
        for (var i = 0; i < count; i++)
            _channel.Write((ulong)i, new Ping(i));
        _channel.Flush();
        return answers.Task;
    }

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.Hello:
                _channel.Write(0, new ChildArgs(ChannelLimits.Default.MaxBodyBytes, ChannelLimits.Default.MaxDescriptorsPerFrame, _roleArgs));
                return null;
            case MessageType.Ready:
                _ready.TrySetResult();
                return null;
            default:
                if (frame.TryRead<Pong>(out _) is { } malformed)
                    return malformed;
                if (--_awaited == 0)
                    _answers!.SetResult();
                return null;
        }
    }

    public void OnBatchEnd() => _channel.Flush();

    public void OnClosed(ChannelClosed closed)
    {
        var ended = new InvalidOperationException($"The child's channel ended: {closed}.");
        _ready.TrySetException(ended);
        _answers?.TrySetException(ended);
    }

    public void Dispose()
    {
        _process?.Dispose();
        _channel.Dispose();
    }
}
