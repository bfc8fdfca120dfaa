using System;
using Xunit;
using Xunit.Sdk;

namespace Akka.TestKit.Xunit2.Attributes;

/// <summary>A fact that the environment variable XUNIT_SKIP_LOCAL_FACT=true skips.</summary>
public class LocalFactAttribute : FactAttribute
{
    private string _skip;

    public override string Skip
    {
        get => _skip ?? (Switches.IsOn("XUNIT_SKIP_LOCAL_FACT") ? SkipLocal ?? "Local facts are being skipped" : null);
        set => _skip = value;
    }

    public string SkipLocal { get; set; }
}

/// <summary>A theory that the environment variable XUNIT_SKIP_LOCAL_THEORY=true skips.</summary>
[XunitTestCaseDiscoverer("Xunit.Sdk.TheoryDiscoverer", "xunit.execution.{Platform}")]
[AttributeUsage(AttributeTargets.Method, AllowMultiple = false)]
public class LocalTheoryAttribute : TheoryAttribute
{
    private string _skip;

    public override string Skip
    {
        get => _skip ?? (Switches.IsOn("XUNIT_SKIP_LOCAL_THEORY") ? SkipLocal ?? "Local facts are being skipped" : null);
        set => _skip = value;
    }

    public string SkipLocal { get; set; }
}

/// <summary>A fact for Windows only.</summary>
public class WindowsFactAttribute : FactAttribute
{
    private string _skip;

    public override string Skip
    {
        get => _skip ?? (OperatingSystem.IsWindows() ? null : SkipUnix ?? "Skipped under Unix platforms");
        set => _skip = value;
    }

    public string SkipUnix { get; set; }
}

internal static class Switches
{
    internal static bool IsOn(string variable) =>
        string.Equals(Environment.GetEnvironmentVariable(variable), "true", StringComparison.OrdinalIgnoreCase);
}
