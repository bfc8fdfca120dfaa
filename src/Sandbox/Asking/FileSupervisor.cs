using System.Collections.Concurrent;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Is told of files that a command would need an answer for.</summary>
internal interface IFileSink
{
    /// <summary>A call waits for <see cref="FileAttempt.Grant"/> or <see cref="FileAttempt.Refuse"/>. Called on a thread of the pool: must not block.</summary>
    void OnAttempt(FileAttempt attempt) => attempt.Refuse();

    /// <summary>A file exists outside and cannot be granted while the command runs.</summary>
    /// <param name="path">Its path outside, without links.</param>
    /// <param name="access">What the command tried.</param>
    /// <param name="reason">Why it cannot, as a sentence.</param>
    void OnRefused(string path, FileUse access, string reason)
    {
    }
}

/// <summary>
/// Looks at each opening and execution of a command before the kernel does it. Whatever exists in the command's world, or nowhere, is
/// left to the kernel, as is everything that cannot be looked at: the world and Landlock still decide. What exists outside alone
/// becomes a <see cref="FileAttempt"/>.
/// </summary>
internal sealed class FileSupervisor : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Why nobody is asked about a file, if as many threads wait as may.</summary>
    internal const string TooMany = "64 threads of the command wait for answers, and no more may.";

    private const int MostAttempts = 64;
    private const int CurrentFolder = -100;
    private const int Creates = 0x40;
    private const int Exclusive = 0x80;
    private const int Temporary = 0x400000;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;

    private static readonly int s_folderOnly = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 0x4000 : 0x10000;
    private static readonly int s_noFollow = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 0x8000 : 0x20000;

    private readonly SafeDescriptor _listener;
    private readonly Lock _sending;
    private readonly SafeDescriptor _root;
    private readonly IFileSink _sink;
    private readonly SandboxPolicy _policy;
    private readonly ConcurrentQueue<(string Name, SeccompRequest Request)> _waiting = new();
    private readonly Dictionary<int, FileAttempt> _attempts = [];
    private readonly byte[] _path = new byte[OtherProcess.LongestPath];
    private readonly byte[] _absolute = new byte[2 * OtherProcess.LongestPath];
    private int _count;
    private volatile bool _isOver;

    /// <summary>Prepares the supervision of a child.</summary>
    /// <param name="listener">The child's listener; stays the caller's.</param>
    /// <param name="sending">Held by the caller while it closes the listener.</param>
    /// <param name="child">The child's pid.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="sink">Is told.</param>
    internal FileSupervisor(SafeDescriptor listener, Lock sending, int child, SandboxPolicy policy, IFileSink sink)
    {
        (_listener, _sending, _policy, _sink) = (listener, sending, policy, sink);
        _root = OtherProcess.OpenRoot(child);
    }

    /// <summary>What the child was given to read.</summary>
    internal GrantedCopies Copies { get; } = new();

    /// <summary>Looks at a call soon: not on the reactor's thread, which a slow file system would hold up for all children.</summary>
    internal void Serve(string name, in SeccompRequest request)
    {
        _waiting.Enqueue((name, request));
        if (Interlocked.Increment(ref _count) == 1)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>One call at a time, so that a child holds at most one thread of the pool.</summary>
    public void Execute()
    {
        do
        {
            _waiting.TryDequeue(out var next);
            try
            {
                Look(next.Name, next.Request);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // No descriptor is left, for example.
                Continue(next.Request.Id);
            }
        }
        while (Interlocked.Decrement(ref _count) > 0);
    }

    internal void Continue(ulong request)
    {
        lock (_sending)
        {
            if (!_isOver)
                SeccompListener.Allow(_listener, request);
        }
    }

    internal int Return(ulong request, SafeDescriptor descriptor, bool closesOnExec)
    {
        lock (_sending)
            return _isOver ? Errno.NoEntry : SeccompListener.Return(_listener, request, descriptor, closesOnExec);
    }

    private bool Waits(ulong request)
    {
        lock (_sending)
            return !_isOver && SeccompListener.Waits(_listener, request);
    }

    internal void OnEnded(FileAttempt attempt)
    {
        lock (_attempts)
        {
            if (_attempts.TryGetValue(attempt.Thread, out var current) && current == attempt)
                _attempts.Remove(attempt.Thread);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        FileAttempt[] left;
        lock (_attempts)
            left = [.. _attempts.Values];
        foreach (var attempt in left)
            attempt.GiveUp();
        Copies.Dispose();
        _root.Dispose();
    }

    private void Look(string name, in SeccompRequest request)
    {
        var (folder, address, flags) = name switch
        {
            "open" => (CurrentFolder, request.First, (int)request.Second),
            "openat" => ((int)request.First, request.Second, (int)request.Third),
            "creat" => (CurrentFolder, request.First, Creates | 0x201),
            "execve" => (CurrentFolder, request.First, 0),
            _ => ((int)request.First, request.Second, 0),
        };
        var executes = name is "execve" or "execveat";
        var follows = (flags & s_noFollow) == 0;
        if (_isOver || !IsOpening(flags) || !TryAbsolute(request.ProcessId, folder, address, out var absolute) || OutsideFile.ExistsIn(_root, absolute, follows)
            || ((flags & Creates) != 0 && OutsideFile.ExistsIn(_root, FolderOf(absolute), follows: true)))
        {
            Continue(request.Id);
            return;
        }
        var file = OutsideFile.Find(absolute, follows);
        if (file.IsInvalid || PathProbe.PathOf(file.Value) is not { } path || !IsText(path) || IsNeverAsked(path))
        {
            file.Dispose();
            Continue(request.Id);
            return;
        }
        if (Obstacle(file, path, absolute, executes) is { } reason)
        {
            file.Dispose();
            if (Waits(request.Id))
                _sink.OnRefused(path, executes ? FileUse.Execute : (flags & 3) == 0 ? FileUse.Read : FileUse.Write, reason);
            Continue(request.Id);
            return;
        }
        Ask(request, path, file, flags);
    }

    private void Ask(in SeccompRequest request, string path, SafeDescriptor file, int flags)
    {
        var attempt = new FileAttempt(this, request, path, file, flags, (flags & CloseOnExec) != 0);
        // A signal makes a thread repeat its call: the question that it no longer waits for ends.
        FileAttempt? before;
        bool isFull;
        lock (_attempts)
        {
            _attempts.TryGetValue(request.ProcessId, out before);
            isFull = _attempts.Count >= MostAttempts && before is null;
            if (!isFull)
                _attempts[request.ProcessId] = attempt;
        }
        if (isFull)
            _sink.OnRefused(path, attempt.Access, TooMany);
        if (isFull || _isOver || !Waits(request.Id))
            attempt.Refuse();
        else
            _sink.OnAttempt(attempt);
        before?.GiveUp();
    }

    private static bool IsOpening(int flags) =>
        (flags & (PathOnly | Temporary)) == 0 && (flags & s_folderOnly) == 0 && (flags & (Creates | Exclusive)) != (Creates | Exclusive);

    // The path as the command sees it, ending in NUL. Its world shows paths where they are outside.
    private bool TryAbsolute(int thread, int folder, ulong address, out ReadOnlySpan<byte> absolute)
    {
        absolute = default;
        var length = thread > 0 && address != 0 ? OtherProcess.TryReadText(thread, address, _path) : -1;
        if (length <= 0)
            return false;
        var path = _path.AsSpan(0, length + 1);
        if (path[0] == '/')
        {
            absolute = path;
            return !IsMachine(path);
        }
        var above = OtherProcess.TryFolder(thread, folder, _absolute.AsSpan(0, OtherProcess.LongestPath));
        if (above <= 0 || above >= OtherProcess.LongestPath || _absolute[0] != '/')
            return false;
        _absolute[above] = (byte)'/';
        path.CopyTo(_absolute.AsSpan(above + 1));
        absolute = _absolute.AsSpan(0, above + 1 + path.Length);
        return !IsMachine(absolute);
    }

    // The world's own processes and devices: there is nothing outside to ask for.
    private static bool IsMachine(ReadOnlySpan<byte> path) => path.StartsWith("/proc/"u8) || path.StartsWith("/dev/"u8) || path.StartsWith("/sys/"u8);

    private bool IsNeverAsked(string path) => path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/dev/", StringComparison.Ordinal)
        || path.StartsWith("/sys/", StringComparison.Ordinal) || (_policy.NeverAsked is { } own && PolicyPaths.IsIn(path, own));

    private static string? Obstacle(SafeDescriptor file, string path, ReadOnlySpan<byte> asked, bool executes) =>
        PathProbe.Look(file.Value) is not { } found ? "It cannot be looked at."
        : found.IsFolder ? "A folder cannot be granted while a command runs: start it with --read."
        : !found.IsRegular ? "It is a device, a pipe or a socket."
        : executes ? "A program cannot be granted while a command runs: start it with --read."
        : IsHidden(path) && !asked[..^1].SequenceEqual(Encoding.UTF8.GetBytes(path)) ? "It is in a hidden folder of the home, and the command did not name it but reached it by a link."
        : null;

    private static bool IsHidden(string path) => PolicyPaths.Home is { } home && path.StartsWith(home + "/.", StringComparison.Ordinal);

    private static bool IsText(string path) => path.Length > 0 && path[0] == '/' && !path.Contains('\ufffd', StringComparison.Ordinal);

    private static byte[] FolderOf(ReadOnlySpan<byte> path)
    {
        var end = path[..^1].LastIndexOf((byte)'/');
        return [.. path[..Math.Max(end, 1)], 0];
    }
}
