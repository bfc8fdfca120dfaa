using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>A program found on Windows, and the command line that it gets.</summary>
/// <param name="Path">The program to start.</param>
/// <param name="CommandLine">Its command line.</param>
internal sealed record WindowsProgram(string Path, string CommandLine)
{
    private const string DefaultExtensions = ".COM;.EXE;.BAT;.CMD";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Finds a request's program, in the environment's PATH if its name has no folder; the current folder is not searched.</summary>
    /// <param name="request">The request.</param>
    /// <param name="found">The program.</param>
    /// <param name="environment">The environment as text.</param>
    /// <param name="folder">The folder to start in; null for this process's.</param>
    /// <returns>Null, or why it cannot be started.</returns>
    internal static SpawnFailed? Find(in Transport.SpawnRequest request, out WindowsProgram? found, out List<string> environment, out string? folder)
    {
        found = null;
        environment = [];
        folder = null;
        List<string> arguments;
        try
        {
            arguments = [.. request.Arguments.Select(static text => Strict.GetString(text.Span))];
            environment = [.. request.Environment.Select(static text => Strict.GetString(text.Span))];
            folder = request.Folder.IsEmpty ? null : Strict.GetString(request.Folder.Span);
        }
        catch (ArgumentException)
        {
            return Invalid("An argument, a variable or the folder is not UTF-8; texts are UTF-16 on Windows, and other bytes have no form there.");
        }
        if (folder is not null && !System.IO.Path.IsPathFullyQualified(folder))
            return BadFolder($"The folder '{folder}' is not a full path: it needs its drive and a root, such as C:\\, or a server.");
        if (folder is not null && WindowsPath.Problem(folder) is { } unfit)
            return BadFolder($"The folder '{folder}' {unfit}.");
        if (folder is not null && !Directory.Exists(folder))
            return BadFolder($"The folder '{folder}' does not exist, or is not a folder.");
        // Many programs cannot work in a folder whose name begins with \\?\; cmd.exe would go on in another one.
        if (folder is not null)
        {
            if (WindowsPath.WithoutPrefix(folder) is not { } plain)
                return BadFolder($@"Only a name that begins with \\?\ leads to the folder '{folder}'; a program cannot start there.");
            folder = plain;
        }
        var name = arguments[0];
        if (WindowsCommandLine.HasHiddenEnd(name))
            return Invalid($"The program's name '{name}' ends in a blank or a dot, which Windows would leave away.");
        if (WindowsPath.Problem(name) is { } hidden)
            return Invalid($"The program's name '{name}' {hidden}; give the file itself.");
        if (Search(name, environment, folder) is not { } path)
        {
            return Directory.Exists(System.IO.Path.Combine(folder ?? "", name))
                ? new SpawnFailed(SpawnFailure.NotExecutable, 0, $"'{name}' is a folder.")
                : new SpawnFailed(SpawnFailure.NotFound, 0, $"The program '{name}' was not found.");
        }
        var isBatch = WindowsCommandLine.IsBatch(path);
        var isShell = IsShell(path);
        if (isShell && ShellProblem(folder ?? Environment.CurrentDirectory) is { } elsewhere)
            return BadFolder(elsewhere);
        List<string> rest = [.. arguments.Skip(1)];
        string? wrong = null;
        var line = isBatch ? WindowsCommandLine.OfBatch(Shell, path, rest, out wrong) : isShell ? WindowsCommandLine.OfShell(path, rest) : WindowsCommandLine.Of(path, rest);
        if (wrong is not null)
            return Invalid($"'{wrong}' cannot be given to a batch file: cmd.exe would act on one of \" % ! or a line break, or on a backslash at its end.");
        var most = isShell ? WindowsCommandLine.LongestOfShell : WindowsCommandLine.Longest - 1;
        if (line.Length > most)
            return Invalid($"The command line has {line.Length} characters; {(isShell ? "cmd.exe, which runs batch files, too," : "Windows")} takes {most}.");
        found = new WindowsProgram(isBatch ? Shell : path, line);
        return null;
    }

    /// <summary>Whether cmd.exe runs a program: itself, or a batch file.</summary>
    internal static bool IsShell(string path) => WindowsCommandLine.IsBatch(path) || System.IO.Path.GetFileName(path).Equals("cmd.exe", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why cmd.exe cannot work in a folder, as a sentence; null if it can. It would go on in the system's folder, and do there what its line says.</summary>
    internal static string? ShellProblem(string folder) => folder is ['\\' or '/', '\\' or '/', ..]
        ? $@"cmd.exe, which runs batch files, too, cannot work in '{folder}': it takes a folder of a drive. Give a server's share a letter (net use X: \\SERVER\SHARE)." : null;

    private static string Shell => System.IO.Path.Combine(Environment.SystemDirectory, "cmd.exe");

    private static string? Search(string name, List<string> environment, string? folder)
    {
        var extensions = (WindowsEnvironment.Find(environment, "PATHEXT") ?? DefaultExtensions).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(static one => !WindowsCommandLine.HasHiddenEnd(one) && one.AsSpan().IndexOfAny(@"\/:") < 0).ToArray();
        if (name.AsSpan().IndexOfAny(@"\/:") >= 0)
            return WithExtension(System.IO.Path.GetFullPath(name, folder ?? Environment.CurrentDirectory), extensions);
        foreach (var place in (WindowsEnvironment.Find(environment, "PATH") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var clean = place.Trim('"');
            if (System.IO.Path.IsPathFullyQualified(clean) && WindowsPath.Problem(clean) is null && WithExtension(System.IO.Path.Combine(clean, name), extensions) is { } path)
                return path;
        }
        return null;
    }

    private static string? WithExtension(string path, string[] extensions)
    {
        if (System.IO.Path.HasExtension(path) && File.Exists(path))
            return path;
        foreach (var extension in extensions)
        {
            if (File.Exists(path + extension))
                return path + extension;
        }
        return File.Exists(path) ? path : null;
    }

    private static SpawnFailed BadFolder(string message) => new(SpawnFailure.BadFolder, 0, message);

    private static SpawnFailed Invalid(string message) => new(SpawnFailure.InvalidRequest, 0, message);
}
