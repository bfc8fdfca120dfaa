using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>A confined process made a system call that its profile forbids.</summary>
/// <param name="ProcessId">The calling thread's id, as this process sees it; 0 if unknown.</param>
/// <param name="Call">The call's name, or its number if the name is unknown.</param>
/// <param name="Arguments">The call with the arguments that mattered, as text.</param>
/// <param name="Rule">One sentence on the rule that was broken.</param>
/// <param name="Allowed">Whether it was allowed after all; in learn mode only.</param>
/// <param name="Session">The command session of the caller; 0 for none.</param>
public sealed record SandboxViolation(int ProcessId, string Call, string Arguments, string Rule, bool Allowed, ulong Session = 0);

internal static class Violations
{
    internal const int AbortSignal = 6;
}

/// <summary>Is told of violations.</summary>
internal interface IViolationSink : IFileSink
{
    /// <summary>The process is about to abort, and will die whatever signal its exit then reports. Called on the reactor's thread.</summary>
    /// <returns>The process waits until this completes. It must not fail.</returns>
    Task OnAbort();

    /// <summary>The child called clone() to start a process, probably createdump. Called on the reactor's thread.</summary>
    /// <returns>
    /// Null to treat the call as any other violation. Otherwise the process waits until this completes, and its call then fails; it
    /// is a violation if the process is still alive after twenty seconds. It must not fail.
    /// </returns>
    Task? OnFork() => null;

    /// <summary>Reports one violation, on the reactor's thread: must not block.</summary>
    /// <param name="violation">The violation.</param>
    void OnViolation(SandboxViolation violation);
}

/// <summary>Answers the calls that a child's filter asks about: makes them fail, and reports them.</summary>
internal sealed class ViolationMonitor : IReadinessHandler, IDisposable
{
    private const int NotPermitted = 1;
    private const int NoSuchCall = 38;
    private const ulong SharesMemory = 0x100;

    // createdump may take fifteen seconds.
    private static readonly TimeSpan CrashTakes = TimeSpan.FromSeconds(20);

    private readonly SafeDescriptor _listener;
    private readonly SystemCallTable _table;
    private readonly SandboxPolicy _policy;
    private readonly bool _learn;
    private readonly IViolationSink _sink;
    private readonly Lock _lock = new();
    private readonly IReactorRegistration _registration;
    private readonly FileSupervisor? _files;
    private bool _over;
    private Task? _crash;

    /// <summary>Starts answering.</summary>
    /// <param name="listener">The child's listener; owned by this object from now on.</param>
    /// <param name="policy">The child's policy.</param>
    /// <param name="learn">Whether calls are allowed.</param>
    /// <param name="sink">Is told of violations.</param>
    /// <param name="supervised">The pid of a child whose filter asks about each opening and execution; 0 if it does not.</param>
    public ViolationMonitor(SafeDescriptor listener, SandboxPolicy policy, bool learn, IViolationSink sink, int supervised = 0)
    {
        _listener = listener;
        ArgumentNullException.ThrowIfNull(policy);
        _policy = policy;
        _learn = learn;
        _sink = sink;
        _table = SystemCallTable.Current;
        _files = supervised == 0 ? null : new FileSupervisor(listener, _lock, supervised, policy, sink);
        lock (_lock)
            _registration = Reactor.Shared.Register(listener, Readiness.Readable, this);
    }

    /// <inheritdoc/>
    public void OnReady(Readiness readiness)
    {
        if (readiness.HasFlag(Readiness.HangUp))
        {
            Dispose();
            return;
        }
        // One at a time: if a caller is gone by now, there is no next request, and another receive would block.
        if (!SeccompListener.TryReceive(_listener, out var request))
            return;
        var name = _table.NameOf(request.Number);
        if (_files is not null && name is not null && PolicyFilter.IsAskedAbout(name) && PolicyFilter.Allows(_policy, name, request))
        {
            _files.Serve(name, request);
            return;
        }
        if (name == "clone" && (request.First & SharesMemory) == 0 && _crash is not { IsCompleted: true } && _sink.OnFork() is { } written)
        {
            // A tracer that attaches to a process interrupts its call, which the process then repeats.
            _crash ??= WatchCrashAsync(Describe(name, request));
            _ = AnswerAfterAsync(written, request.Id);
            return;
        }
        // Reported before the answer: the caller waits, so none of its later actions can be seen first.
        if (name == "tgkill" && (int)request.Third == Violations.AbortSignal && !_policy.MayFork)
        {
            if (_sink.OnAbort() is { IsCompleted: false } ready)
            {
                _ = AnswerAfterAsync(ready, request.Id);
                return;
            }
        }
        else
        {
            _sink.OnViolation(Describe(name, request));
        }
        Answer(request.Id, name is null ? NoSuchCall : NotPermitted);
    }

    private void Answer(ulong id, int errno)
    {
        if (_learn)
            SeccompListener.Allow(_listener, id);
        else
            SeccompListener.Deny(_listener, id, errno);
    }

    private async Task WatchCrashAsync(SandboxViolation violation)
    {
        await Task.Delay(CrashTakes).ConfigureAwait(false);
        lock (_lock)
        {
            if (_over)
                return;
        }
        _sink.OnViolation(violation);
    }

    private async Task AnswerAfterAsync(Task ready, ulong id)
    {
        await ready.ConfigureAwait(false);
        lock (_lock)
        {
            if (!_over)
                Answer(id, NotPermitted);
        }
    }

    private SandboxViolation Describe(string? name, in SeccompRequest request)
    {
        var text = CallText.Describe(name, request);
        return new SandboxViolation(
            request.ProcessId, name ?? text, text, name is null ? "No profile allows unknown system calls." : $"The profile {_policy.Name} does not allow {text}.",
            _learn, _policy.MayFork ? MarkedProcesses.SessionOf(request.ProcessId) : 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_over)
                return;
            _over = true;
            _registration.Dispose();
        }
        _files?.Dispose();
        lock (_lock)
            _listener.Dispose();
    }
}

/// <summary>Describes system calls for people.</summary>
internal static class CallText
{
    private static readonly string[] SocketTypes = ["0", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET"];

    internal static string Describe(string? name, in SeccompRequest call) => name switch
    {
        null => $"system call {call.Number}",
        "socket" or "socketpair" => $"{name}({Domain((int)call.First)}, {Type(call.Second)}, protocol {call.Third & 0xffffffff})",
        "ioctl" => $"ioctl(request 0x{call.Second & 0xffffffff:x})",
        "prctl" => $"prctl(option {call.First & 0xffffffff})",
        "fcntl" => $"fcntl(command {call.Second & 0xffffffff})",
        "clone" => $"clone(flags 0x{call.First:x})",
        "unshare" or "setns" => $"{name}(0x{(name == "unshare" ? call.First : call.Second) & 0xffffffff:x})",
        "openat" => $"openat(flags 0{Convert.ToString((long)(call.Third & 0xffffffff), 8)})",
        "open" => $"open(flags 0{Convert.ToString((long)(call.Second & 0xffffffff), 8)})",
        "kill" or "tkill" => $"{name}(pid {(int)call.First}, signal {(int)call.Second})",
        "tgkill" => $"tgkill(pid {(int)call.First}, signal {(int)call.Third})",
        "ptrace" => $"ptrace(request {call.First & 0xffffffff}, pid {(int)call.Second})",
        _ => name,
    };

    private static string Type(ulong type) => (type & 0xf) < (ulong)SocketTypes.Length ? SocketTypes[type & 0xf] : $"type {type & 0xf}";

    private static string Domain(int domain) => domain switch
    {
        1 => "AF_UNIX",
        2 => "AF_INET",
        10 => "AF_INET6",
        16 => "AF_NETLINK",
        17 => "AF_PACKET",
        38 => "AF_ALG",
        40 => "AF_VSOCK",
        44 => "AF_XDP",
        _ => $"domain {domain}",
    };
}
