using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Sandbox;

/// <summary>The names and numbers of Linux system calls, on x64 and arm64.</summary>
internal sealed class SystemCallTable
{
    private readonly FrozenDictionary<string, int> _numbers;
    private readonly FrozenDictionary<int, string> _names;

    private SystemCallTable(Architecture architecture, uint audit, Dictionary<string, int> numbers)
    {
        Architecture = architecture;
        AuditArchitecture = audit;
        _numbers = numbers.ToFrozenDictionary(StringComparer.Ordinal);
        _names = numbers.ToFrozenDictionary(static pair => pair.Value, static pair => pair.Key);
    }

    /// <summary>For 64-bit Intel and AMD processors.</summary>
    public static SystemCallTable X64 { get; } = Read(Architecture.X64, 0xc000003e, column: 1);

    /// <summary>For 64-bit ARM processors.</summary>
    public static SystemCallTable Arm64 { get; } = Read(Architecture.Arm64, 0xc00000b7, column: 2);

    /// <summary>The table of this processor.</summary>
    /// <exception cref="PlatformNotSupportedException">The processor is neither.</exception>
    public static SystemCallTable Current => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        var other => throw new PlatformNotSupportedException($"System call filters are made for x64 and arm64, not {other}."),
    };

    /// <summary>The processor.</summary>
    public Architecture Architecture { get; }

    /// <summary>The kernel's number for it, in seccomp's data.</summary>
    public uint AuditArchitecture { get; }

    /// <summary>Whether any processor has a call with this name.</summary>
    /// <param name="name">The name as in the manual page.</param>
    public static bool IsKnown(string name) => X64._numbers.ContainsKey(name) || Arm64._numbers.ContainsKey(name);

    /// <summary>Gets a call's number; false if this processor has no such call.</summary>
    /// <param name="name">The name as in the manual page.</param>
    /// <param name="number">Its number.</param>
    public bool TryGetNumber(string name, out int number) => _numbers.TryGetValue(name, out number);

    /// <summary>Returns a call's name, or null if the number is unknown.</summary>
    /// <param name="number">Its number.</param>
    public string? NameOf(int number) => _names.GetValueOrDefault(number);

    private static SystemCallTable Read(Architecture architecture, uint audit, int column)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        using var stream = typeof(SystemCallTable).Assembly.GetManifestResourceStream("system-calls.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            if (line[0] != '#' && fields[column] != "-")
                numbers.Add(fields[0], int.Parse(fields[column], CultureInfo.InvariantCulture));
        }
        return new SystemCallTable(architecture, audit, numbers);
    }
}
