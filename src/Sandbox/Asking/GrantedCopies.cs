using System.Diagnostics.CodeAnalysis;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// The contents that a command was given to read: sealed copies in memory, one for each file as long as that does not change. The
/// memory is this process's, and the command may hold a copy for as long as it runs, so what it gets in all is limited.
/// </summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "Commands ask on Linux alone.")]
internal sealed class GrantedCopies : IDisposable
{
    internal const long Longest = 64 << 20;
    internal const long MostInAll = 256 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<(ulong, ulong), (FoundFile State, SafeDescriptor Copy)> _copies = [];
    private long _total;
    private volatile bool _isOver;

    /// <summary>Opens a copy of a file for reading.</summary>
    /// <param name="file">Stands for the file.</param>
    /// <returns>Invalid if this process may not read the file.</returns>
    /// <exception cref="IOException">It is too long, or no memory is left; the message is a phrase.</exception>
    internal SafeDescriptor Open(SafeDescriptor file)
    {
        // One copy at a time for each command.
        lock (_lock)
        {
            var opened = OpenLocked(file);
            if (_isOver)
                Clear();
            return opened;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Does not wait for a copy that is being made, perhaps of a file on a slow server: who makes it clears up.</remarks>
    public void Dispose()
    {
        _isOver = true;
        if (!_lock.TryEnter())
            return;
        try
        {
            Clear();
        }
        finally
        {
            _lock.Exit();
        }
    }

    private SafeDescriptor OpenLocked(SafeDescriptor file)
    {
        if (_isOver || PathProbe.Look(file.Value) is not { } state)
            return new SafeDescriptor(-1);
        if (_copies.TryGetValue(state.Identity, out var known))
        {
            if (known.State == state)
                return OutsideFile.Reopen(known.Copy, 0);
            known.Copy.Dispose();
            _copies.Remove(state.Identity);
        }
        using var source = OutsideFile.Reopen(file, 0);
        if (source.IsInvalid)
            return new SafeDescriptor(-1);
        var copy = Copy(source);
        _copies[state.Identity] = (state, copy);
        return OutsideFile.Reopen(copy, 0);
    }

    private void Clear()
    {
        foreach (var (_, copy) in _copies.Values)
            copy.Dispose();
        _copies.Clear();
    }

    private SafeDescriptor Copy(SafeDescriptor source)
    {
        var length = SharedMemory.LengthOf(source);
        if (length > Longest)
            throw new IOException($"it has {length} bytes, and at most {Longest} can be granted while a command runs: start it with --read");
        if (_total + length > MostInAll)
            throw new IOException($"the command was given {_total} bytes already, and at most {MostInAll} can be granted while it runs: start it with --read");
        _total += length;
        var copy = SharedMemory.Create("granted", Math.Max(length, 1));
        try
        {
            SharedMemory.Resize(copy, OutsideFile.Copy(source, copy, length));
            SharedMemory.Add(copy, Seals.Write | Seals.Grow | Seals.Shrink | Seals.Seal);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
