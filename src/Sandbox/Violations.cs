using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>A confined process has made a system call that its profile does not allow.</summary>
/// <param name="ProcessId">The calling thread, as this process sees it; 0 where it cannot.</param>
/// <param name="Call">The call's name, or its number where nothing here knows it.</param>
/// <param name="Arguments">The call with those of its arguments that decided, for people.</param>
/// <param name="Rule">The rule that was broken, in a sentence.</param>
/// <param name="Allowed">Whether it was let through: in learn mode only.</param>
/// <param name="Session">The command session that the caller belongs to; 0 for none.</param>
public sealed record SandboxViolation(int ProcessId, string Call, string Arguments, string Rule, bool Allowed, ulong Session = 0);

internal static class Violations
{
    internal const int AbortSignal = 6;
}

/// <summary>Hears of violations.</summary>
public interface IViolationSink
{
    /// <summary>The process is about to abort: it will not survive this, whatever signal its exit then names. On the reactor's thread.</summary>
    /// <returns>Until this completes, the process waits. It must not fail.</returns>
    Task OnAbort();

    /// <summary>It tries to start a process, as its runtime does that would have it written down when it crashes. On the reactor's thread.</summary>
    /// <returns>
    /// Null where that is a violation as any other. Otherwise the process waits until this completes, and is told that it may not; it is a
    /// violation if it lives on after twenty seconds. It must not fail.
    /// </returns>
    Task? OnFork() => null;

    /// <summary>One; on the reactor's thread, so it must not block.</summary>
    /// <param name="violation">What was called.</param>
    void OnViolation(SandboxViolation violation);
}

/// <summary>Answers the calls that a child's filter asks about: they fail, and the sink hears of them.</summary>
internal sealed class ViolationMonitor : IReadinessHandler, IDisposable
{
    private const int NotPermitted = 1;
    private const int NoSuchCall = 38;
    private const ulong SharesMemory = 0x100;

    // createdump has fifteen.
    private static readonly TimeSpan CrashTakes = TimeSpan.FromSeconds(20);

    private readonly SafeDescriptor _listener;
    private readonly SystemCallTable _table;
    private readonly SandboxPolicy _policy;
    private readonly bool _learn;
    private readonly IViolationSink _sink;
    private readonly Lock _lock = new();
    private readonly IReactorRegistration _registration;
    private bool _over;
    private Task? _crash;

    /// <summary>Starts answering.</summary>
    /// <param name="listener">From the child; ownership passes.</param>
    /// <param name="policy">What the caller broke.</param>
    /// <param name="learn">Whether calls are let through.</param>
    /// <param name="sink">Who hears of them.</param>
    public ViolationMonitor(SafeDescriptor listener, SandboxPolicy policy, bool learn, IViolationSink sink)
    {
        _listener = listener;
        ArgumentNullException.ThrowIfNull(policy);
        _policy = policy;
        _learn = learn;
        _sink = sink;
        _table = SystemCallTable.Current;
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
        // One at a time: a caller that is gone by now has nothing for the next call to find, and asking would block.
        if (!SeccompListener.TryReceive(_listener, out var request))
            return;
        var name = _table.NameOf(request.Number);
        if (name == "clone" && (request.First & SharesMemory) == 0 && _crash is not { IsCompleted: true } && _sink.OnFork() is { } written)
        {
            // Who attaches to a process interrupts its question, which it then asks again.
            _crash ??= WatchCrashAsync(Describe(name, request));
            _ = AnswerAfterAsync(written, request.Id);
            return;
        }
        // Told first: the caller waits, so that what it does next cannot be heard of before this.
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
        _listener.Dispose();
    }
}

/// <summary>System calls for people.</summary>
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
