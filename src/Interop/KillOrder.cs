using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>
/// The order in which the kernel kills processes when memory is used up: those that this process starts come before it. It raises
/// its own /proc/self/oom_score_adj, which new processes inherit, while it starts one. A process confined by Landlock cannot open
/// that file, so the file's descriptor is opened before. Linux.
/// </summary>
internal sealed class KillOrder : IDisposable
{
    /// <summary>The number of the descriptor given to a process started with <see cref="SpawnRequest.MayOrderKills"/>.</summary>
    internal const int Number = 4;

    /// <summary>The file's path.</summary>
    internal const string Path = "/proc/self/oom_score_adj";

    // Half of the memory that a group may use: a process that uses more than that still comes first.
    private const int Sooner = 500;
    private const int Most = 1000;

    private readonly SafeDescriptor _file;
    private readonly int _own;

    private KillOrder(SafeDescriptor file)
    {
        _file = file;
        Span<byte> text = stackalloc byte[16];
        _own = int.TryParse(text[..SmallFile.ReadAgain(file, text)].TrimEnd((byte)'\n'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var own) ? own : 0;
    }

    /// <summary>Takes the descriptor given at the start, or opens the file.</summary>
    /// <returns>Null if neither is possible: then all have the same order.</returns>
    internal static KillOrder? TryOpen()
    {
        if (PathProbe.PathOf(Number) is { } link && link.EndsWith(Path["/proc/self".Length..], StringComparison.Ordinal))
        {
            var given = new SafeDescriptor(Number);
            DescriptorFlags.SetCloseOnExec(given);
            return new KillOrder(given);
        }
        var file = SmallFile.Open(Path, writable: true);
        if (!file.IsInvalid)
            return new KillOrder(file);
        file.Dispose();
        return null;
    }

    /// <summary>From now on, new processes are killed before this one.</summary>
    internal void Raise() => Write(Math.Min(_own + Sooner, Most));

    /// <summary>Gives this process its own place again. Those started before keep theirs.</summary>
    internal void Restore() => Write(_own);

    public void Dispose() => _file.Dispose();

    private unsafe void Write(int value)
    {
        Span<byte> text = stackalloc byte[16];
        _ = value.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        fixed (byte* bytes = text)
            _ = LibC.Write(_file.Value, bytes, (nuint)length);
    }
}
