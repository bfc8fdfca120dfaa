using System;

namespace Akka.Annotations;

/// <summary>Marks what is public for Akka's own assemblies only.</summary>
[AttributeUsage(AttributeTargets.All, Inherited = false)]
public sealed class InternalApiAttribute : Attribute
{
}

/// <summary>Marks internals that are kept stable for other Akka assemblies.</summary>
[AttributeUsage(AttributeTargets.All, Inherited = false)]
public sealed class InternalStableApiAttribute : Attribute
{
}

/// <summary>Marks what may still change.</summary>
[AttributeUsage(AttributeTargets.All, Inherited = false)]
public class ApiMayChangeAttribute : Attribute
{
}

/// <summary>Marks what is not meant to be inherited or implemented by users.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, Inherited = false)]
public class DoNotInheritAttribute : Attribute
{
}
