using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>What a command tries to do with a file, as its call says.</summary>
[Flags]
internal enum FileUse
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reading.</summary>
    Read = 1,

    /// <summary>Changing.</summary>
    Write = 2,

    /// <summary>Executing.</summary>
    Execute = 4,
}

/// <summary>
/// A thread of a command waits at the opening of a file that its world does not hold and that exists outside. Exactly one of
/// <see cref="Grant"/> and <see cref="Refuse"/> ends the wait. Thread-safe.
/// </summary>
internal sealed class FileAttempt : IDisposable
{
    private const int AccessBits = 3;
    private const int Keeps = 0x400 | 0x200;

    private readonly FileSupervisor _supervisor;
    private readonly ulong _request;
    private readonly SafeDescriptor _file;
    private readonly int _flags;
    private readonly bool _closesOnExec;
    private readonly Lock _lock = new();
    private Action? _givenUp;
    private bool _isOver;

    internal FileAttempt(FileSupervisor supervisor, in SeccompRequest request, string path, SafeDescriptor file, int flags, bool closesOnExec)
    {
        (_supervisor, _request, Thread, Path, _file, _flags, _closesOnExec) = (supervisor, request.Id, request.ProcessId, path, file, flags, closesOnExec);
        Access = (flags & AccessBits) switch { 0 => FileUse.Read, 1 => FileUse.Write, _ => FileUse.Read | FileUse.Write };
        if ((flags & 0x200) != 0)
            Access |= FileUse.Write;
    }

    /// <summary>The file's path outside, without links.</summary>
    internal string Path { get; }

    internal FileUse Access { get; }

    /// <summary>The thread that waits.</summary>
    internal int Thread { get; }

    /// <summary>
    /// Gives the command the file, if the path still leads to the file that was asked about: for reading a sealed copy of its content,
    /// as with the file itself its owner could also change its mode; for writing the file. May take as long as a copy of the file.
    /// </summary>
    /// <returns>Null, or why it was not given, as a phrase.</returns>
    internal string? Grant()
    {
        if (!TryEnd(out _))
            return "the command no longer waits for it";
        var problem = TryGive();
        if (problem is not null)
            _supervisor.Continue(_request);
        End();
        return problem;
    }

    /// <summary>Lets the call fail as it would have without a question.</summary>
    internal void Refuse()
    {
        if (!TryEnd(out _))
            return;
        _supervisor.Continue(_request);
        End();
    }

    /// <summary>Sets what is called when the command no longer waits; false if it does not wait any more.</summary>
    internal bool NotifyGivenUp(Action givenUp)
    {
        lock (_lock)
        {
            _givenUp = givenUp;
            return !_isOver;
        }
    }

    /// <summary>Refuses it because the command no longer waits.</summary>
    internal void GiveUp()
    {
        if (!TryEnd(out var givenUp))
            return;
        _supervisor.Continue(_request);
        End();
        givenUp?.Invoke();
    }

    private bool TryEnd(out Action? givenUp)
    {
        lock (_lock)
        {
            givenUp = _givenUp;
            return !_isOver && (_isOver = true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Refuse();

    private void End()
    {
        _file.Dispose();
        _supervisor.OnEnded(this);
    }

    private string? TryGive()
    {
        if (!OperatingSystem.IsLinux())
            return "only Linux can pass it to a process that waits for it";
        try
        {
            if (!OutsideFile.IsStill(Encoding.UTF8.GetBytes(Path + "\0"), _file))
                return "another file has taken its place";
            using var given = (Access & FileUse.Write) != 0 ? OutsideFile.Reopen(_file, (_flags & AccessBits) | (_flags & Keeps)) : _supervisor.Copies.Open(_file);
            if (given.IsInvalid)
                return "this process may not open it";
            return _supervisor.Return(_request, given, _closesOnExec) switch
            {
                0 => null,
                2 => "the command no longer waits for it",
                var errno => $"the kernel refused to pass it on (errno {errno}; Linux 5.14 is needed)",
            };
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
