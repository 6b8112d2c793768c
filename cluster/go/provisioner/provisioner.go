// Package provisioner makes PersistentVolumes that are folders of the cluster's one node.
package provisioner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

type folders struct{ root, node string }

// Provision makes the folder of a claim and describes it as a volume of this node.
func (f folders) Provision(
	_ context.Context, options controller.ProvisionOptions,
) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	path := filepath.Join(f.root, options.PVName)
	if err := makeOpenFolder(path); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return f.volume(path, options), controller.ProvisioningFinished, nil
}

// Delete removes the folder and what is in it.
func (f folders) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	return os.RemoveAll(filepath.Join(f.root, volume.Name))
}

// makeOpenFolder lets any user write: hostPath volumes know no fsGroup, and pods run as any uid.
func makeOpenFolder(path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fmt.Errorf("make volume folder: %w", err)
	}
	// The umask took bits away from MkdirAll.
	if err := os.Chmod(path, 0o777); err != nil {
		return fmt.Errorf("open volume folder: %w", err)
	}
	return nil
}

func (f folders) volume(path string, options controller.ProvisionOptions) *corev1.PersistentVolume {
	kind := corev1.HostPathDirectory
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity:                      options.PVC.Spec.Resources.Requests,
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: path, Type: &kind},
			},
			NodeAffinity: f.affinity(),
		},
	}
}

func (f folders) affinity() *corev1.VolumeNodeAffinity {
	here := corev1.NodeSelectorRequirement{
		Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{f.node},
	}
	terms := []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{here}}}
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: terms}}
}
