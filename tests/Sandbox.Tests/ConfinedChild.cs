using System.Buffers.Binary;
using System.Collections.Concurrent;
using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Transport;

namespace ActorBrowser.SandboxTests;

/// <summary>A live child under a policy, with only its launcher and channel.</summary>
internal sealed class ConfinedChild : IFrameHandler, IViolationSink, IDisposable
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<int>> _questions = new();
    private readonly System.Threading.Channels.Channel<SandboxViolation> _violations = System.Threading.Channels.Channel.CreateUnbounded<SandboxViolation>();
    private readonly SocketChannel _channel;
    private readonly LaunchPlan _plan;
    private readonly byte[] _roleArgs;
    private ViolationMonitor? _monitor;
    private long _lastId;

    private ConfinedChild(ChildProcess process, SocketChannel channel, LaunchPlan plan, byte[] roleArgs)
    {
        Process = process;
        _channel = channel;
        _plan = plan;
        _roleArgs = roleArgs;
    }

    internal ChildProcess Process { get; }

    internal Hello Hello { get; private set; }

    internal string? Refusal { get; private set; }

    internal bool HasAborted { get; private set; }

    internal System.Threading.Channels.ChannelReader<SandboxViolation> Violations => _violations.Reader;

    internal static Task<ConfinedChild> ProbeAsync(SandboxPolicy policy, ProbeTargets targets) => StartAsync(policy, ProbeRole.Name, targets.ToBytes());

    internal static async Task<ConfinedChild> StartAsync(SandboxPolicy policy, string role, byte[] roleArgs, Machine? machine = null, bool learn = false)
    {
        var executable = ChildExecutable.FromPath(TestChildProgram.Path);
        var plan = LaunchPlan.Create(policy, executable, machine ?? Machine.Current, learn);
        var channel = SocketChannel.CreatePair(ChannelLimits.Default, out var end);
        try
        {
            var process = await ChildLauncher.LaunchAsync(new ChildLaunch { Role = role, Executable = executable, Channel = end, Plan = plan });
            var child = new ConfinedChild(process, channel, plan, roleArgs);
            channel.Start(child);
            await child._ready.Task.Soon();
            return child;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    internal async Task<int> AttemptAsync(Probe probe)
    {
        var place = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(place, ProbeBattery.All.ToList().IndexOf(probe));
        try
        {
            return await AskAsync(ProbeQuestion.Attempt, place);
        }
        catch (IOException)
        {
            var exit = await Process.Exited.Soon();
            throw new InvalidOperationException($"The attempt {probe.Name} ended its child: {exit}: {string.Join(" / ", exit.LastStderrLines)}");
        }
    }

    internal Task<int> AskAsync(ProbeQuestion question, byte[]? payload = null) => Ask(question, payload ?? []).Soon();

    internal Task<int> Ask(ProbeQuestion question, byte[] payload)
    {
        var id = (ulong)Interlocked.Increment(ref _lastId);
        var answer = _questions.GetOrAdd(id, static _ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        _channel.Write(id, new RoleMessage((ushort)question, payload));
        _channel.Flush();
        return answer.Task;
    }

    internal Task<int> PingAsync()
    {
        var id = (ulong)Interlocked.Increment(ref _lastId);
        var answer = _questions.GetOrAdd(id, static _ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        _channel.Write(id, new Ping(0));
        _channel.Flush();
        return answer.Task.Soon();
    }

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.Hello:
                OnHello(frame);
                break;
            case MessageType.Ready:
                _ready.TrySetResult();
                break;
            default:
                var answer = frame.Type == MessageType.RoleMessage && frame.TryRead<RoleMessage>(out var message) is null
                    ? BinaryPrimitives.ReadInt32LittleEndian(message.Payload.Span) : 0;
                if (_questions.TryRemove(frame.CorrelationId, out var question))
                    question.TrySetResult(answer);
                break;
        }
        return null;
    }

    public void OnBatchEnd() => _channel.Flush();

    public void OnClosed(ChannelClosed closed)
    {
        _ready.TrySetException(new IOException($"The channel ended: {closed}"));
        foreach (var question in _questions.Values)
            question.TrySetException(new IOException("The child is gone."));
    }

    public void OnViolation(SandboxViolation violation) => _violations.Writer.TryWrite(violation);

    public Task OnAbort()
    {
        HasAborted = true;
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        Process.Dispose();
        _monitor?.Dispose();
        _channel.Dispose();
    }

    private void OnHello(in Frame frame)
    {
        frame.TryRead<Hello>(out var hello);
        Hello = hello;
        if (frame.TakeDescriptors() is [var listener])
            _monitor = new ViolationMonitor(listener, _plan.Policy, _plan.Learns, this);
        Refusal = ConfinementCheck.Refusal(Process.Id, _plan);
        _channel.Write(0, new ChildArgs(1 << 20, 4, _roleArgs));
    }
}
