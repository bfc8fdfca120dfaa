using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Tells native programs (NativeAOT) from others by their headers. Linux.</summary>
internal static class NativeImage
{
    private static readonly ConcurrentDictionary<(string Path, DateTime Changed, long Length), bool> Known = new();

    /// <summary>Whether a program is native.</summary>
    /// <param name="path">The program's path; links are followed.</param>
    public static bool Is(string path)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported && path == Environment.ProcessPath)
            return true;
        var file = new FileInfo(path);
        if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            file = target;
        return file.Exists && Known.GetOrAdd((file.FullName, file.LastWriteTimeUtc, file.Length), static key => Read(key.Path));
    }

    private static bool Read(string path)
    {
        try
        {
            using var file = RegularFile.TryOpen(path);
            return file is not null && ElfHeader.TryRead(file) is { IsNative: true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that cannot be read here fails when it is started; until then its kind is unknown.
            return false;
        }
    }
}
