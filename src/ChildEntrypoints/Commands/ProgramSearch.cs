using System.Buffers;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using SpawnRequest = ActorBrowser.Transport.SpawnRequest;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>Finds a program as execvp does, in the PATH of the command's environment. Paths are bytes.</summary>
internal static class ProgramSearch
{
    private const int NoEntry = 2;
    private const int Denied = 13;
    private const int NotAFolder = 20;

    internal static SpawnFailed? Find(in SpawnRequest request, out ReadOnlyMemory<byte> path)
    {
        var name = request.Arguments[0];
        path = name;
        if (name.Span.Contains((byte)'/'))
            return null;
        var denied = false;
        var candidate = new ArrayBufferWriter<byte>(256);
        var folders = PathOf(request.Environment);
        foreach (var range in folders.Split((byte)':'))
        {
            candidate.ResetWrittenCount();
            Join(candidate, folders[range], name.Span, request.Folder.Span);
            var errno = PathProbe.TryExecute(candidate.WrittenSpan);
            if (errno == 0 && !IsFolder(candidate.WrittenSpan))
            {
                path = candidate.WrittenMemory;
                return null;
            }
            denied |= errno == Denied;
        }
        return denied
            ? new SpawnFailed(SpawnFailure.Denied, Denied, $"'{Text(name)}' was found in PATH but may not be executed.")
            : new SpawnFailed(SpawnFailure.NotFound, NoEntry, $"'{Text(name)}' was not found in PATH.");
    }

    /// <summary>Explains an errno of posix_spawn, after the working folder was opened without one.</summary>
    internal static SpawnFailed Explain(int errno, ReadOnlySpan<byte> path)
    {
        var program = Text(path.ToArray());
        return errno switch
        {
            NoEntry when PathProbe.TryExecute(path) == 0 => new SpawnFailed(SpawnFailure.NotExecutable, errno, $"'{program}' names an interpreter that does not exist."),
            NoEntry or NotAFolder => new SpawnFailed(SpawnFailure.NotFound, errno, $"The program '{program}' does not exist."),
            1 or Denied when IsFolder(path) => new SpawnFailed(SpawnFailure.NotExecutable, errno, $"'{program}' is a folder."),
            1 or Denied => new SpawnFailed(SpawnFailure.Denied, errno, $"'{program}' may not be executed: {Message(errno)}."),
            8 => new SpawnFailed(SpawnFailure.NotExecutable, errno, $"'{program}' is neither a program nor a script that names its interpreter."),
            7 => new SpawnFailed(SpawnFailure.InvalidRequest, errno, "The arguments and the environment are longer than the system allows."),
            11 or 12 or 23 or 24 => new SpawnFailed(SpawnFailure.NoResources, errno, $"'{program}' could not be started: {Message(errno)}."),
            _ => new SpawnFailed(SpawnFailure.Other, errno, $"'{program}' could not be started: {Message(errno)}."),
        };
    }

    internal static SpawnFailed ExplainFolder(int errno, ReadOnlyMemory<byte> folder) => errno switch
    {
        Denied => new SpawnFailed(SpawnFailure.Denied, errno, $"The folder '{Text(folder)}' may not be entered."),
        23 or 24 => new SpawnFailed(SpawnFailure.NoResources, errno, $"The folder '{Text(folder)}' could not be opened: {Message(errno)}."),
        _ => new SpawnFailed(SpawnFailure.BadFolder, errno, $"A command cannot start in the folder '{Text(folder)}': {Message(errno)}."),
    };

    internal static string Message(int errno) => new System.ComponentModel.Win32Exception(errno).Message;

    private static string Text(ReadOnlyMemory<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.Span);
        return text.Length <= 200 ? text : text[..200] + "…";
    }

    // "folder/." exists and "file/." does not: this takes one system call, opening and closing would take two.
    private static bool IsFolder(ReadOnlySpan<byte> path) => PathProbe.TryExecute([.. path, (byte)'/', (byte)'.']) == 0;

    private static ReadOnlySpan<byte> PathOf(IReadOnlyList<ReadOnlyMemory<byte>> environment)
    {
        for (var i = 0; i < environment.Count; i++)
        {
            if (environment[i].Span.StartsWith("PATH="u8))
                return environment[i].Span[5..];
        }
        return "/usr/local/bin:/usr/bin:/bin"u8;
    }

    private static void Join(ArrayBufferWriter<byte> candidate, ReadOnlySpan<byte> folder, ReadOnlySpan<byte> name, ReadOnlySpan<byte> startsIn)
    {
        if (folder.IsEmpty)
            folder = "."u8;
        // A relative entry is relative to the command's working folder, not to this process's.
        if (folder[0] != (byte)'/' && !startsIn.IsEmpty)
        {
            candidate.Write(startsIn);
            candidate.Write("/"u8);
        }
        candidate.Write(folder);
        candidate.Write("/"u8);
        candidate.Write(name);
    }
}
