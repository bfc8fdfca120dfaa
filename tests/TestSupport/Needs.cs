using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace ActorBrowser.TestSupport;

/// <summary>A test that needs Debian packages of <c>eng/packages.txt</c>; it is skipped, with their names, if one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactNeedsAttribute : FactAttribute
{
    public FactNeedsAttribute(params string[] packages) => Skip = Needs.Missing(packages);

    /// <summary>Whether it builds a native program, which takes minutes: skipped in runs without native builds.</summary>
    public bool BuildsNative
    {
        get => false;
        set => Skip ??= value && Environment.GetEnvironmentVariable("ACTORBROWSER_TEST_NATIVE") == "no" ? "Native programs are not built in this run" : null;
    }
}

/// <summary>Like <see cref="FactNeedsAttribute"/>, for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryNeedsAttribute : TheoryAttribute
{
    public TheoryNeedsAttribute(params string[] packages) => Skip = Needs.Missing(packages);
}

/// <summary>Finds which packages are installed, with the proofs that <c>./test</c> also uses.</summary>
public static class Needs
{
    private static readonly IReadOnlyDictionary<string, string> Proofs = Read();
    private static readonly ConcurrentDictionary<string, bool> Present = new();

    /// <summary>Why a test that needs these packages is skipped; null if it runs.</summary>
    public static string? Missing(params string[] packages)
    {
        var missing = packages.Where(static package => !Present.GetOrAdd(package, IsHere)).ToArray();
        return missing.Length == 0 ? null : $"It needs {string.Join(" and ", missing)}: apt-get install {string.Join(' ', missing)}";
    }

    /// <summary>Every package in the list.</summary>
    public static IEnumerable<string> All => Proofs.Keys;

    private static bool IsHere(string package)
    {
        if (!Proofs.TryGetValue(package, out var proof))
            throw new ArgumentException($"'{package}' is not in eng/packages.txt: add a line with its proof.", nameof(package));
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"PATH=$PATH:/usr/sbin:/sbin; {proof}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        shell.StandardInput.Close();
        shell.OutputDataReceived += static (_, _) => { };
        shell.ErrorDataReceived += static (_, _) => { };
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        shell.WaitForExit();
        return shell.ExitCode == 0;
    }

    private static Dictionary<string, string> Read()
    {
        using var reader = new StreamReader(typeof(Needs).Assembly.GetManifestResourceStream("packages.txt")!);
        return reader.ReadToEnd().Split('\n').Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => line.Split('\t')).Where(static fields => fields[0] != "native").ToDictionary(static fields => fields[1], static fields => fields[2]);
    }
}
